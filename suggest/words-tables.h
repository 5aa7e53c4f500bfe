/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The vocabulary of words.c. Phrases are divided by "|". */

/* Names in markup: whole words; one with "*" also begins a longer word ("tickerwrap"). */
#define NAMES_STRONG                                                                                      \
        "breaking*|ticker*|laufband|newsticker*|tickernews|liveticker*|newsflash*|news flash|flash news|" \
        "flashnews*|flashinfo*|flash info|last minute|lastminute*|just in|justin|urgent|urgente|"         \
        "urgentes|urgents|ultima hora|ultimahora*|ultimo momento|ultimomomento*|ultimo minuto|"           \
        "ultimominuto|eilmeldung*|eilnews|eilticker|schlagzeile*|derniere minute|"                        \
        "derniereminute|ultim ora|ultimora|ultima ora|ultimaora|son dakika|sondakika*|srochno|"           \
        "molnia|molniya|ajel*|aajel|3ajel|ajil|akhbar ajila|sokuho*|kuaixun*|gundong|sokbo|"              \
        "plantao|pilne|newsalert*|news alert|news alerts|breakinews|brk news|brknews|hotnews bar|"        \
        "extra blatt|kurzmeldungen|kurzmeldung|telex|bloque urgente|mivzak*|mivzakim|newsbar|"            \
        "news bar|flash bar|ultimissime|ultimissima|tin nong|tinnong"

#define NAMES_MEDIUM                                                                               \
        "latest*|headlines|newsfeed*|news feed|newswire|news wire|wire news|live news|livenews|"   \
        "news stream|newsstream|ultimas noticias|ultimasnoticias|ultimas|ultime notizie|"          \
        "ultimenotizie|ultime|dernieres|derniere|derniers|fil info|filinfo*|fil actu|filactu|"     \
        "en continu|encontinu|continu|fil|lenta|novosti|poslednie|posledni|ostatnie|najnowsze|"    \
        "instant|realtime|real time|rolling|marquee*|scrolling|scroll news|scrollnews|"            \
        "newsscroll|newsscroller|news scroller|timeline|akhbar|aktuell|neueste|nachrichtenticker|" \
        "nieuwste|laatste|senaste|siste|seneste|viimeisimmat|tuoreimmat|terkini|terbaru|sokuhou|"  \
        "shinchaku|zuixin|latestnews|recent news|new news|in brief|inbrief|crawler|crawl|"         \
        "sidste|nejnovejsi|friss|legfrissebb|ultimele|najnovije|teleurai|roh|roi eidiseon"

#define NAMES_WEAK                                                                                 \
        "alert|alerts|alerte|live|flash|hot|recent|news|now|update|updates|brief|bulletin"

/* What makes all of that something else. */
#define NAMES_AGAINST                                                                                                               \
        "stock|stocks|symbol|quote|quotes|price|prices|market|markets|currency|currencies|"                                         \
        "exchange|forex|crypto|finance ticker|boerse|borsa|bourse|kurse|bolsa|weather|wetter|"                                      \
        "meteo|ad|ads|advert*|advertisement|adslot|sponsor*|promo|promotion|promoted|"                                              \
        "partner|partners|subscribe*|subscription*|paywall|offer|offers|newsletter*|cookie*|"                                       \
        "consent|gdpr|related|recommend*|recirc|popular|mostread|most read|most viewed|mostviewed|"                                 \
        "most popular|tags|tag cloud|tagcloud|keyword|keywords|topics|"                                                             \
        "share|sharing|social|comment|comments|breadcrumb*|pagination|pager|login|signin|"                                          \
        "video|videos|episode|episodes|gallery|galleries|podcast|podcasts|author|authors|jobs|shop|shopping|deals|"                 \
        "score|scores|scoreboard|fixtures|horoscope|lottery|games|outbrain|taboola|copyright|"                                      \
        "languages|meistgelesen|plus lus|mas leidas|masleidas|mas visto|piu letti|populaires|"                                      \
        "schedule|calendar|events|event|programme|twitter|facebook|instagram|signup|sign up|register|account|covid|election|lotto|" \
        "similar|suggested|read also|readmore|read more|opinion|opinions|columns|columnists|coupon"

#define NAMES_DENIED "no|not|without|hide|hidden|disable|disabled|non|empty|off"

/* Labels as readers see them. */
#define LABELS_STRONG                                                                                                                                                                                                                                                                                          \
        "breaking|breaking news|breaking now|just in|news alert|news flash|newsflash|newsticker|"                                                                                                                                                                                                              \
        "news ticker|ticker|live ticker|liveticker|flash news|flash|urgent|urgent news|"                                                                                                                                                                                                                       \
        "developing|stop press|última hora|último momento|último minuto|urgente|al minuto|"                                                                                                                                                                                                                 \
        "noticias de última hora|minuto a minuto|de última hora|alerta|última hora ao minuto|"                                                                                                                                                                                                              \
        "ao minuto|plantão|agora|eilmeldung|eilmeldungen|eil|eil meldung|+++ eil +++|kurz gemeldet|"                                                                                                                                                                                                          \
        "kurzmeldungen|schlagzeilen|dernière minute|alerte|alerte info|flash info|flash infos|"                                                                                                                                                                                                               \
        "urgences|infos en continu|info en continu|en continu|l'info en continu|le fil info|"                                                                                                                                                                                                                  \
        "ultim'ora|ultima ora|ultimora|ultimissime|ultimi minuti|in tempo reale|"                                                                                                                                                                                                                              \
        "عاجل|خبر عاجل|أخبار عاجلة|الأخبار العاجلة|اخبار عاجلة|الاخبار العاجلة|الخبر العاجل|شريط الأخبار|"                                                                                                                    \
        "شريط الأحداث|الشريط الإخباري|شريط إخباري|خبرهای فوری|خبر فوری|فوری|بریکنگ نیوز|"                                                                                                                                                    \
        "срочно|срочные новости|срочная новость|молния|экстренно|важно|лента|лента новостей|"                                                                                                                                          \
        "терміново|термінові новини|стрічка новин|стрічка|速報|ニュース速報|速報ニュース|新着速報|"                                                                                                                                               \
        "快讯|快訊|突发|突發|突发新闻|突發新聞|滚动新闻|滾動新聞|即时新闻|即時新聞|即时|即時|实时快讯|7x24|24小时|24小時|"                                                                                                                                         \
        "속보|긴급|긴급속보|뉴스속보|son dakika|sondakika|flaş|flaş haber|son dakika haberleri|anlık haber|"                                                                                                                                                                                    \
        "pilne|z ostatniej chwili|pasek|aktuality online|mimořádné|právě teď|právě se děje|"                                                                                                                                                                                                          \
        "rendkívüli|gyorshírek|ultima oră|breaking știri|breaking stiri|hitno|najnovija vijest|"                                                                                                                                                                                                          \
        "upravo|έκτακτο|έκτακτη είδηση|έκτακτη επικαιρότητα|άμεση ενημέρωση|מבזק|מבזקים|מבזקי חדשות|חדשות מתפרצות|"                                                                                                       \
        "ब्रेकिंग न्यूज़|ब्रेकिंग न्यूज|ब्रेकिंग|ताज़ा खबर|बड़ी खबर|ব্রেকিং নিউজ|ব্রেকিং|বিশেষ সংবাদ|এইমাত্র|শিরোনাম|" \
        "ข่าวด่วน|ด่วน|tin nóng|tin mới nóng|berita terkini|sekilas info|kabar terkini|extra|"                                                                                                                                                                                     \
        "ekstra|siste nytt|sidste nyt|senaste nytt|just nu|akkurat nå|lige nu|uutisvirta|"                                                                                                                                                                                                                    \
        "juuri nyt|net binnen|laatste nieuws|breekend nieuws|breaking nieuws|neueste eilmeldungen|"                                                                                                                                                                                                            \
        "lajmi i fundit|шуурхай|жедел|srochno|hot news|tagesticker|news in kürze|newswire"

#define LABELS_MEDIUM                                                                                                                                                                                                                                                                                                             \
        "latest|latest news|the latest|wire|the wire|latest headlines|latest updates|latest stories|headlines|"                                                                                                                                                                                                                   \
        "top headlines|today's headlines|live updates|live news|recent news|news in brief|"                                                                                                                                                                                                                                       \
        "in brief|news feed|newsfeed|news now|news update|news updates|most recent|"                                                                                                                                                                                                                                              \
        "últimas noticias|últimas notícias|lo último|lo ultimo|últimas|las últimas|recientes|"                                                                                                                                                                                                                              \
        "mais recentes|notícias de última|recentes|titulares|neueste nachrichten|"                                                                                                                                                                                                                                              \
        "neueste meldungen|neueste|aktuelle meldungen|aktuelle nachrichten|aktuell|"                                                                                                                                                                                                                                              \
        "aktuelles|letzte meldungen|die neuesten|das neueste|meldungen|kurznachrichten|"                                                                                                                                                                                                                                          \
        "dernières nouvelles|dernières infos|dernières actus|dernières actualités|les dernières infos|"                                                                                                                                                                                                                     \
        "les dernières actualités|le fil|fil actu|fil d'actualité|fil d'actualités|le fil actu|"                                                                                                                                                                                                                              \
        "en direct|dernières news|toute l'actualité|ultime notizie|ultime|ultime news|"                                                                                                                                                                                                                                         \
        "le ultime notizie|ultimi aggiornamenti|notizie flash|آخر الأخبار|آخر الاخبار|اخر الاخبار|"                                                                                                                                                                                                 \
        "أحدث الأخبار|احدث الاخبار|آخر المستجدات|آخر التطورات|الأخبار|أهم الأخبار|مستجدات|آخرین اخبار|تازه‌ترین اخبار|"                                                                                                             \
        "آخرین خبرها|تازہ ترین|تازہ ترین خبریں|последние новости|новости|главные новости|новости часа|"                                                                                                                                            \
        "новости дня|свежие новости|все новости|хроника|останні новини|новини|всі новини|"                                                                                                                                                                    \
        "последни новини|последни|най новото|најновије вести|најновије|"                                                                                                                                                                                                    \
        "最新|最新ニュース|最新の記事|新着|新着ニュース|新着記事|ニュース一覧|最新消息|最新新闻|最新新聞|最新资讯|要闻|实时|新闻速递|"                                                                                                                                     \
        "최신|최신뉴스|최신 뉴스|실시간|실시간 뉴스|주요뉴스|son haberler|en son haberler|güncel haberler|gündem|"                                                                                                                                                                                        \
        "najnowsze|najnowsze wiadomości|ostatnie wiadomości|najnowsze informacje|aktualności|"                                                                                                                                                                                                                                 \
        "nejnovější|nejnovější zprávy|nejnovější články|poslední zprávy|najnovšie správy|"                                                                                                                                                                                                                        \
        "najnovšie|legfrissebb|legfrissebb hírek|friss hírek|friss|ultimele știri|ultimele stiri|"                                                                                                                                                                                                                            \
        "ultimele noutăți|ultimele|najnovije vijesti|najnovije vesti|najnovije|zadnje novice|"                                                                                                                                                                                                                                  \
        "najnovejše|τελευταία νέα|τελευταίες ειδήσεις|ροή ειδήσεων|τελευταία|ροή|חדשות אחרונות|עדכונים|הכי חדש|"                                                                                                                                   \
        "ताज़ा खबरें|ताजा खबरें|ताज़ा समाचार|ताजा समाचार|लेटेस्ट न्यूज़|সর্বশেষ|সর্বশেষ খবর|সর্বশেষ সংবাদ|ข่าวล่าสุด|ล่าสุด|" \
        "tin mới|tin mới nhất|mới nhất|terbaru|berita terbaru|terkini|laatste|het laatste nieuws|"                                                                                                                                                                                                                      \
        "nieuwste|meest recent|seneste|seneste nyt|seneste nyheder|siste|siste nyheter|siste|"                                                                                                                                                                                                                                    \
        "senaste|senaste nyheterna|nyast|viimeisimmät|tuoreimmat|uusimmat|viimeisimmät uutiset|"                                                                                                                                                                                                                                \
        "viimased uudised|jaunākās ziņas|naujausios naujienos|të fundit|habari mpya"

/* Readers' boxes of other kinds. */
#define LABELS_AGAINST                                                                                                                                                     \
        "most read|most viewed|most popular|popular|trending|trending now|recommended|"                                                                                    \
        "recommended for you|related|related news|related articles|related stories|you may like|"                                                                          \
        "you may also like|more stories|more from|editor's picks|editors picks|sponsored|"                                                                                 \
        "advertisement|ad|tags|topics|keywords|subscribe|subscribe now|newsletter|newsletters|"                                                                            \
        "latest episodes|episodes|latest videos|latest video|videos|video|podcasts|latest podcasts|latest jobs|opinion|"                                                   \
        "latest from opinion|markets|stock prices|stocks|exchange rates|weather|read more|"                                                                                \
        "shopping|latest shopping|deals|offers|latest offers|promotions|latest reviews|reviews|"                                                                           \
        "latest comments|recent comments|comments|follow us|share|lo más leído|lo más visto|"                                                                           \
        "más leídas|relacionadas|te puede interesar|temas|etiquetas|recomendado|patrocinado|"                                                                            \
        "meistgelesen|meist gelesen|beliebt|das könnte sie auch interessieren|mehr zum thema|"                                                                            \
        "anzeige|themen|les plus lus|les plus lues|à lire aussi|sur le même sujet|publicité|"                                                                           \
        "più letti|i più letti|potrebbe interessarti|correlati|الأكثر قراءة|الأكثر مشاهدة|اقرأ أيضا|إعلان|"                          \
        "مواضيع ذات صلة|أخبار ذات صلة|самое читаемое|популярное|читайте также|реклама|темы|"          \
        "ランキング|アクセスランキング|関連記事|関連ニュース|おすすめ|広告|热门|热点排行|相关新闻|推荐|广告|排行|排行榜|" \
        "많이 본 뉴스|인기|관련기사|광고|en çok okunanlar|ilgili haberler|reklam|najczęściej czytane|"                                                     \
        "meest gelezen|mest lest|mest läst|mest læste|luetuimmat|nejčtenější|legolvasottabb|"                                                                        \
        "cele mai citite|najčitanije|δημοφιλή|הנקראות ביותר|editors choice|must watch"

/* What single entries are marked with. */
#define BADGES                                                                                                                                                                                             \
        "live|en vivo|ao vivo|canlı|ライブ|直播|мультимедиа|photo|photos|foto|fotos|фото|video|видео|відео|vidéo|βίντεο|فيديو|صور|動画|写真|视频|图|" \
        "영상|사진|audio|podcast|gallery|exclusive|exclusif|exclusivo|esclusiva|exklusiv|exkluzív|"                                                                                                   \
        "эксклюзив|حصري|独家|独自|단독|updated|update|actualizado|mis à jour|aktualisiert|"                                                                                            \
        "обновлено|new|neu|nuevo|novo|nouveau|nuovo|new!|premium|plus|abo|abonnés|suscriptores|"                                                                                                 \
        "subscriber|subscribers only|members only|watch|listen|live blog|liveblog|analysis|"                                                                                                               \
        "opinion|comment|kommentar|interview|infographic|read more|more|mehr|más|plus d'infos|"                                                                                                           \
        "weiterlesen|lire la suite|leer más|leia mais|leggi|подробнее|المزيد|続きを読む|更多|详情"

/* What is paid for. */
#define LABELS_PAID                                                                                            \
        "sponsored|sponsored content|advertisement|advertising|paid content|paid post|promoted|"               \
        "anzeige|werbung|publicidad|patrocinado|publicité|sponsorisé|pubblicità|реклама|إعلان|" \
        "広告|广告|廣告|광고|reklama|reklam|annonce|annons|advertentie|advertorial|subscribe|subscribe now"

/* Words that times consist of; whatever has figures besides is not looked up. */
#define TIME_WORDS                                                                                                                                                                                                                 \
        "ago|s|sec|secs|second|seconds|min|mins|minute|minutes|m|h|hr|hrs|hour|hours|d|day|days|"                                                                                                                                  \
        "w|week|weeks|month|months|year|years|yesterday|today|now|just now|am|pm|a|p|gmt|utc|est|"                                                                                                                                 \
        "edt|bst|cet|cest|ist|et|pt|at|on|the|of|updated|update|published|posted|last|first|st|"                                                                                                                                   \
        "nd|rd|th|monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tue|tues|wed|thu|"                                                                                                                                  \
        "thur|thurs|fri|sat|sun|january|february|march|april|may|june|july|august|september|"                                                                                                                                      \
        "october|november|december|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|"                                                                                                                                              \
        "vor|uhr|heute|gestern|minuten|stunde|stunden|sekunden|std|tag|tagen|tage|um|am|vom|den|"                                                                                                                                  \
        "montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|mo|di|mi|do|fr|sa|so|januar|"                                                                                                                                 \
        "februar|märz|mai|juni|juli|oktober|dezember|mrz|okt|dez|jän|stand|aktualisiert|"                                                                                                                                        \
        "hace|minuto|minutos|hora|horas|hs|hrs|día|días|dia|dias|ayer|hoy|segundos|de|del|el|las|"                                                                                                                               \
        "lunes|martes|miércoles|jueves|viernes|sábado|domingo|enero|febrero|marzo|abril|mayo|"                                                                                                                                   \
        "junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre|ene|abr|ago|dic|"                                                                                                                                     \
        "actualizado|há|atrás|às|ontem|hoje|janeiro|fevereiro|março|maio|junho|julho|setembro|"                                                                                                                                \
        "outubro|novembro|dezembro|segunda|terça|quarta|quinta|sexta|feira|"                                                                                                                                                      \
        "il y a|il|y|heure|heures|jour|jours|à|hier|aujourd'hui|aujourd|hui|le|lundi|mardi|"                                                                                                                                      \
        "mercredi|jeudi|vendredi|samedi|dimanche|janvier|février|mars|avril|juin|juillet|août|"                                                                                                                                  \
        "septembre|octobre|novembre|décembre|mis à jour|maj|"                                                                                                                                                                    \
        "fa|ore|ora|minuti|minuto|giorni|giorno|oggi|ieri|alle|gennaio|febbraio|aprile|maggio|"                                                                                                                                    \
        "giugno|luglio|settembre|ottobre|dicembre|gen|mag|giu|lug|set|ott|"                                                                                                                                                        \
        "منذ|قبل|دقيقة|دقائق|دقيقه|ساعة|ساعات|ساعه|ساعتين|دقيقتين|يوم|أيام|ايام|يومين|ثانية|ثوان|الآن|"                                                \
        "اليوم|أمس|الساعة|ص|م|الأحد|الاثنين|الإثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت|يناير|فبراير|"                                            \
        "مارس|أبريل|إبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر|كانون|شباط|آذار|نيسان|أيار|"                                           \
        "حزيران|تموز|آب|أيلول|تشرين|الأول|الثاني|توقيت|بتوقيت|غرينتش|پیش|دقیقه|ساعت|روز|امروز|دیروز|"                                                   \
        "назад|мин|минут|минуту|минуты|час|часа|часов|ч|сегодня|вчера|в|день|дня|дней|секунд|мск|"                                                          \
        "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря|г|"                                                              \
        "тому|хв|хвилин|хвилини|хвилину|годин|години|годину|год|сьогодні|вчора|січня|лютого|"                                                                \
        "березня|квітня|травня|червня|липня|серпня|вересня|жовтня|листопада|грудня|"                                                                               \
        "dk|dakika|saat|önce|bugün|dün|gün|sn|ocak|şubat|mart|nisan|mayıs|haziran|temmuz|ağustos|"                                                                                                                          \
        "eylül|ekim|kasım|aralık|temu|godz|minut|minuty|minutę|godzin|godziny|godzinę|dni|dziś|"                                                                                                                             \
        "dzisiaj|wczoraj|geleden|minuten|uur|vandaag|gisteren|dagen|dag|sedan|sen|timmar|timme|"                                                                                                                                   \
        "timer|time|siden|i|går|dag|idag|igår|kl|klo|tuntia|minuuttia|sitten|tänään|eilen|před|"                                                                                                                             \
        "minutami|hodinami|hodinou|dnes|včera|perce|órája|ma|tegnap|acum|ore|minute|zile|azi|ieri|"                                                                                                                             \
        "prije|pre|sati|sata|danas|jučer|juče|πριν|λεπτά|λεπτό|ώρα|ώρες|σήμερα|χθες|לפני|דקות|שעות|"                                                                                  \
        "שעה|דקה|היום|אתמול|मिनट|घंटे|घंटा|पहले|मिनिट|আগে|মিনিট|ঘণ্টা|phút|giờ|trước|menit|jam|lalu|"                                     \
        "yang|hari|kemarin|นาที|ชั่วโมง|ที่แล้ว|น|ที่ผ่านมา|วันนี้|분|시간|전|방금|오늘|어제|오전|오후|일|월|년|刚刚|剛剛|今天|昨天|" \
        "今日|昨日|たった今|更新|時|時間前|分前|日前|小时前|分钟前|小時前|分鐘前|前|上午|下午|午前|午後"

/* Signs that stand behind or between the figures of a time. */
#define TIME_SIGNS                                                                                 \
        "分前時间間日小时天年月週周秒钟鐘時半頃点號号更新曜火水木金土今昨午后後上下発布配信전분시간일월년오후초"

#define ROLE_TITLES                                                                                \
        "title*|headline*|heading|hed|head|titulo|titulos|titular|titre|titel|titolo|subject|"     \
        "ueberschrift|überschrift|schlagzeile|zagolovok|titulek|naslov|cim|baslik|caption title|" \
        "txt|text|linktext|link text|label text"
#define ROLE_TIMES                                                                                 \
        "time|times|date|datetime|timestamp|timecell|hour|hours|hora|fecha|uhrzeit|zeit|datum|"    \
        "heure|data|ago|published|pubdate|pub|clock|when|saat|tarih|godzina|vreme|tijd|tid|klock|" \
        "ora|meta time|age|dateline|posted|day|minutes"
#define ROLE_BADGES                                                                                \
        "badge*|label|labels|category|categories|cat|tag|flag|kicker label|rubric|rubrik|section|" \
        "sectionname|channel|topic|genre|type|icon|bullet|sep|separator|divider|dot|premium|"      \
        "paywall|plus|exclusive|breaking label|number|num|count|counter|index|rank|source|"        \
        "comments|comment|share|more|readmore|sr|screen|visually|visuallyhidden|screenreader|"     \
        "offscreen|hidden|ressort|paid|key|prefix|marker|pill|chip|urgent"
#define ROLE_SUMMARIES                                                                             \
        "summary|description|desc|excerpt|lead|lede|teaser|intro|abstract|body|content|author|"    \
        "byline|credit|caption|figcaption|standfirst|dek|subtitle|subhead|snippet|paragraph|meta|" \
        "preview|agency|footer|entradilla|chapo|sommario|tools|image|img|thumb|picture|figure"

/* Heads of names that only lay out, and states. */
#define NAMES_UTILITY                                                                               \
        "row|col|cols|column|columns|container|wrapper|wrap|inner|outer|clearfix|clear|cf|flex|"    \
        "grid|block|inline|hidden|visible|relative|absolute|fixed|sticky|static|left|right|center|" \
        "top|bottom|middle|float|pull|push|full|half|m|mt|mb|ml|mr|mx|my|ms|me|p|pt|pb|pl|pr|px|"   \
        "py|ps|pe|w|h|min|max|text|font|bg|border|rounded|shadow|leading|tracking|items|justify|"   \
        "self|gap|space|d|sm|md|lg|xl|xs|xxl|first|last|odd|even|active|selected|current|open|"     \
        "show|on|off|z|order|overflow|cursor|opacity|transition|transform|u|is|has|no|js|icon|fa|"  \
        "link|links|list|item|items|li|ul|a|box|section|element|el|component|module|widget|slick|"  \
        "swiper|owl|cloned|clone|position|region|node|view|views|unit|size|align|width|height|"     \
        "group|line|truncate|animate|animated|fade|wow|cell|tablet|mobile|desktop|dark|light|ltr|"  \
        "rtl|body|main|content|area"
