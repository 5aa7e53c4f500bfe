#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""
The demo: a made-up news site on this machine, whose breaking strip moves every few seconds. Mostly something
new arrives on top and the oldest entry drops off; now and then an entry is edited in place, or one that was
gone returns. All places and events are invented. The same --seed gives the same news in the same order.
"""

import argparse
import hashlib
import html
import http.server
import random
import signal
import string
import threading
import time

STRIP_LENGTH = 10
SECONDS_BETWEEN_NEWS = (3.0, 4.0)
CATCH_UP_MAX = 100  # moves made up for at once, for instance after the machine was suspended
ARCHIVE_MAX = 500  # articles that still have a page

# What can happen, by language; $n is a number, $a and $b are places, $d is a day.
TEMPLATES = {
    "en": """
Ferry between $a and $b suspended until $d because of high waves
Fire at grain silo in $a under control, $n residents return home
Parliament in $a passes water bill with a majority of $n votes
Power returns to $n districts of $a after a night without light
$a and $b sign agreement on shared fishing grounds
Earth tremor felt in $a and $b, no damage reported
Train derails near $a, $n passengers treated for light injuries
Teachers in $a end their strike after $n days
Central bank of $a leaves its rate unchanged until $d
Airport of $a closed, $n flights diverted to $b
Court in $a orders new count of the harbour referendum
Rescuers reach $n miners trapped below $a, all of them alive
Flood gates of $a opened as the river passes $n decimetres
Mayor of $a steps down after vote on the new bridge
$n boats set out from $a in search of missing trawler
Missing trawler found adrift off $b, crew of $n is safe
Snow cuts off $n villages in the hills above $a
Observatory of $a reports new comet, visible from $d
Hospital in $a reopens its emergency ward after $n weeks
Dockers in $a and $b announce joint walkout for $d
Museum of $a recovers $n stolen maps from a cellar in $b
Heat wave: $a bans open fires in $n parishes
Last lighthouse keeper of $a retires after $n years
$a wins the island cup against $b after extra time
Cable across the strait damaged, $b without telephone since the morning
Two ministers of the $a cabinet exchange their posts
Customs in $a seize $n crates of counterfeit medicine
Water in $b safe to drink again, laboratory says
Border crossing between $a and $b opens on $d for the first time in $n years
Volcano above $b sends up ash, $n hikers brought down
Striking bus drivers and city of $a agree on a raise of $n per cent
Storm warning raised to orange for the coast from $a to $b
Opera house of $a to open on $d, $n months late
Oil slick off $a contained, beaches stay open
Swarm of locusts crosses the plain of $a, heading for $b
Election board in $a extends voting by $n hours
Peace talks between $a and $b resume on $d
Bridge at $a closed to lorries after inspectors find $n cracks
Satellite built by students in $a reaches its orbit
University of $b offers places to $n displaced students
""",
    "es": """
Suspendido el transbordador entre $a y $b por el fuerte oleaje
Un incendio obliga a desalojar a $n vecinos en el puerto de $a
El consejo de $a aprueba el presupuesto por $n votos
Restablecida la luz en $n barrios de $a tras la tormenta
Hallan con vida a los $n montañeros perdidos cerca de $b
Los estibadores de $a desconvocan la huelga prevista para el $d
Cerrado el aeropuerto de $b por la ceniza del volcán
$a y $b acuerdan reabrir la frontera el $d
La crecida del río deja aisladas $n aldeas al norte de $a
El museo de $b recupera $n cuadros robados
El observatorio de $a confirma un nuevo cometa
Dimite la alcaldesa de $a tras la votación sobre el puente
""",
    "ar": """
توقف العبارة بين $a و$b بسبب ارتفاع الأمواج
إعادة التيار الكهربائي إلى $n حيًا في $a
العثور على $n من متسلقي الجبال قرب $b وهم بخير
برلمان $a يقر قانون المياه بأغلبية $n صوتًا
إغلاق مطار $b وتحويل $n رحلة إلى $a
السيطرة على حريق في صوامع الحبوب في $a
هزة أرضية خفيفة في $a و$b ولا أضرار
إعادة فتح المعبر بين $a و$b يوم $d
عمال الميناء في $a ينهون إضرابهم بعد $n يومًا
المرصد في $a يعلن اكتشاف مذنب جديد
متحف $b يستعيد $n خريطة مسروقة
الثلوج تعزل $n قرية في جبال $a
""",
}
PLACES = {
    "en": "Aldane|Verrin|Kesterholm|Lower Ashmere|Tarvona|the Osk Valley|Port Ellory|Marrowby|Sundreth|Quillan Bay",
    "es": "Valdoria|Puerto Lumbre|Santa Ordalia|Miralengua|Torrequil|Campo Sereno|Brisamar|Altavela",
    "ar": "نورفال|ميناء السهيل|وادي القمرين|تل الزعفران|مرسى الياقوت|رأس النوارس|قلعة البيدر",
}
DAYS = {
    "en": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
    "es": "lunes|martes|miércoles|jueves|viernes|sábado|domingo",
    "ar": "الإثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت|الأحد",
}
# What an edit adds to a headline that has no number to correct.
TAILS = {
    "en": ", officials say|, port authority confirms|, according to the ministry",
    "es": ", según las autoridades|, confirma el ministerio",
    "ar": "، بحسب الوزارة|، وفق مصادر رسمية",
}

STORIES = [
    ("Region", "How Marrowby learned to live with the tide", "Twice a day the high street is a canal. A visit."),
    ("Economy", "The last rope maker of Quillan Bay", "Orders come from three continents, apprentices from nowhere."),
    ("Science", "What the Osk glacier remembers", "Cores from the ice tell of nine hundred dry summers."),
    ("Culture", "A choir of lighthouse keepers", "They rehearse by radio, and sing together once a year."),
    ("Opinion", "Leave the old bridge alone", "It is ugly, it is narrow, and everybody in Verrin loves it."),
    ("Sport", "Why islanders row standing up", "The island cup has rules that nobody has ever written down."),
]

STYLE = """
body { margin: 0; font: 16px/1.45 Georgia, serif; color: #222; background: #f6f4ef }
.page { max-width: 60rem; margin: auto; padding: 0 1rem 3rem; background: #fff }
.masthead { padding: 1.2rem 0 .6rem; text-align: center; border-bottom: 3px double #222 }
.masthead h1 { margin: 0; font-size: 2.6rem }
.masthead p { margin: 0; font-style: italic; color: #666 }
nav { display: flex; gap: 1.4rem; justify-content: center; padding: .6rem; font: 14px sans-serif }
a { color: inherit; text-decoration: none } a:hover { text-decoration: underline }
.ticker { display: flex; border: 2px solid #b3001b; font-family: sans-serif; font-size: 15px }
.ticker__breaking { padding: .8rem; font-weight: bold; letter-spacing: .1em; color: #fff; background: #b3001b }
.ticker__viewport { flex: 1 }
.ticker__list { margin: 0; padding: 0; list-style: none }
.ticker__item { padding: .35rem .8rem; border-bottom: 1px solid #eee }
.stories { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 1.5rem }
main { margin-top: 1.5rem }
.picture { height: 8rem; background: linear-gradient(160deg, #27496d, #9db4c0 60%, #e8dab2) }
.section { font: bold 12px sans-serif; color: #b3001b; text-transform: uppercase }
.stories h2 { margin: .2rem 0; font-size: 1.2rem } .stories p { margin: 0; color: #555 }
footer { margin-top: 2rem; font: 13px sans-serif; color: #888 }
"""

FRONT = string.Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="refresh" content="4">
<meta name="viewport" content="width=device-width">
<title>The Aldane Lantern</title>
<style>$style</style>
</head>
<body>
<div class="page">
<header class="masthead">
<h1><a href="/">The Aldane Lantern</a></h1>
<p>News of the strait and its islands</p>
</header>
<nav>
<a href="/">News</a> <a href="/">Region</a> <a href="/">Economy</a> <a href="/">Culture</a> <a href="/">Sport</a>
</nav>
<div class="ticker">
<div class="ticker__breaking">BREAKING</div>
<div class="ticker__viewport">
<ul class="ticker__list">
$strip
</ul>
</div>
</div>
<main class="stories">
$stories
</main>
<footer>A demonstration. Nothing here has happened, and none of these places exist.</footer>
</div>
</body>
</html>
""")

ARTICLE = string.Template("""<!DOCTYPE html>
<html lang="$language">
<head><meta charset="utf-8"><title>$headline</title><style>$style</style></head>
<body><div class="page">
<header class="masthead"><h1><a href="/">The Aldane Lantern</a></h1></header>
<h2 dir="auto">$headline</h2>
<p>More as we get it. (We shall not: this is a demonstration.)</p>
</div></body>
</html>
""")


class Entry:
    """One piece of news; an edit changes its text and leaves its link."""

    def __init__(self, number, language, template, rng):
        self.link = f"/news/{number}"
        self.language = language
        self.template = string.Template(template)
        a, b = rng.sample(PLACES[language].split("|"), 2)
        day = rng.choice(DAYS[language].split("|"))
        # Above ten, because Arabic counts smaller numbers in another grammatical form.
        self.fields = {"a": a, "b": b, "n": rng.randint(11, 60), "d": day}
        self.tail = ""

    @property
    def headline(self):
        text = self.template.substitute(self.fields) + self.tail
        return text[0].upper() + text[1:]

    def edit(self, rng):
        if "$n" in self.template.template:
            self.fields["n"] += rng.randint(1, 5)
        else:
            tails = TAILS[self.language].split("|")
            self.tail = rng.choice([tail for tail in tails if tail != self.tail])


class Newsroom:
    """The strip. Nothing runs in the background: whoever looks first makes up for the time that has passed."""

    def __init__(self, seed):
        self.lock = threading.Lock()
        self.rng = random.Random(seed)
        self.deck = []
        self.written = 0
        self.gone = []
        self.strip = []
        for _ in range(STRIP_LENGTH):
            self.arrive()
        self.next_move = time.monotonic() + self.rng.uniform(*SECONDS_BETWEEN_NEWS)

    def write(self):
        if not self.deck:
            self.deck = [
                (language, line)
                for language, lines in TEMPLATES.items()
                for line in lines.strip().splitlines()]
            self.rng.shuffle(self.deck)
        self.written += 1
        return Entry(self.written, *self.deck.pop(), self.rng)

    def arrive(self, entry=None):
        self.strip.insert(0, entry or self.write())
        self.gone += self.strip[STRIP_LENGTH:]
        self.strip = self.strip[:STRIP_LENGTH]
        self.gone = self.gone[-ARCHIVE_MAX:]

    def move(self):
        chance = self.rng.random()
        if chance < 0.2:
            self.rng.choice(self.strip).edit(self.rng)
        elif chance < 0.3 and self.gone:
            self.arrive(self.gone.pop(self.rng.randrange(len(self.gone))))
        else:
            self.arrive()

    def catch_up(self):
        now = time.monotonic()
        for _ in range(CATCH_UP_MAX):
            if self.next_move > now:
                return
            self.move()
            self.next_move += self.rng.uniform(*SECONDS_BETWEEN_NEWS)
        self.next_move = now + SECONDS_BETWEEN_NEWS[0]

    def front_page(self):
        with self.lock:
            self.catch_up()
            strip = "\n".join(
                f'<li class="ticker__item" lang="{entry.language}" dir="auto">'
                f'<a href="{entry.link}">{html.escape(entry.headline)}</a></li>'
                for entry in self.strip)
        stories = "\n".join(
            f'<article><div class="picture"></div><div class="section">{section}</div>'
            f'<h2>{title}</h2><p>{text}</p></article>'
            for section, title, text in STORIES)
        return FRONT.substitute(style=STYLE, strip=strip, stories=stories)

    def article(self, path):
        with self.lock:
            for entry in self.strip + self.gone:
                if entry.link == path:
                    headline = html.escape(entry.headline)
                    return ARTICLE.substitute(style=STYLE, language=entry.language, headline=headline)
        return None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60  # of an idle connection

    def do_GET(self):
        newsroom = self.server.newsroom
        page = newsroom.front_page() if self.path == "/" else newsroom.article(self.path)
        body = (page or "<!DOCTYPE html><title>Not found</title><p>No such page.").encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if page and self.headers.get("If-None-Match") == etag:
            self.reply(304, etag, b"")
        else:
            self.reply(200 if page else 404, etag, body)

    def reply(self, status, etag, body):
        self.send_response(status)
        self.send_header("ETag", etag)
        self.send_header("Cache-Control", "no-cache")
        if status != 304:
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        pass  # a reader that went away in the middle is none of our business


def main():
    parser = argparse.ArgumentParser(description="A made-up news site on the loopback address.")
    parser.add_argument("--port", type=int, default=0, help="0, the default: the kernel chooses")
    parser.add_argument("--seed", type=int, help="the same seed, the same news")
    arguments = parser.parse_args()

    # Blocked before the first thread starts, and waited for: it ends at once, even where a shell had the
    # interrupt ignored.
    stop = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, stop)

    server = Server(("127.0.0.1", arguments.port), Handler)
    server.newsroom = Newsroom(arguments.seed)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    signal.sigwait(stop)


if __name__ == "__main__":
    main()
