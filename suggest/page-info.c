/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <stdarg.h>

#include "common/source.h"
#include "fetch/url.h"
#include "suggest/label.h"
#include "suggest/memory.h"
#include "suggest/page-info.h"

#define NOWHERE "https://www.example.com/"
#define SENTENCE_MAX 600U
#define SCRIPT_MAX (4U * 1024U * 1024U)
#define STRING_MAX 300U
#define STRINGS_MAX 20000U

void page_info_done(PageInfo *info) {
        free(info->title);
        free(info->language);
        free(info->url);
        for (unsigned i = 0; i < info->n_feeds; i++)
                free(info->feeds[i]);
        for (unsigned i = 0; i < info->n_elsewhere; i++)
                free(info->elsewhere[i]);
        *info = (PageInfo){};
}

void page_info_add(PageInfo *info, const char *format, ...) {
        _cleanup_free_ char *sentence = NULL, *clean = NULL;
        va_list arguments;
        int n;

        va_start(arguments, format);
        n = vasprintf(&sentence, format, arguments);
        va_end(arguments);
        if (n < 0)
                memory_out();
        clean = xtext_clean(sentence, (size_t) n, SENTENCE_MAX);
        for (unsigned i = 0; i < info->n_elsewhere; i++)
                if (streq(info->elsewhere[i], clean))
                        return;
        if (info->n_elsewhere < ELSEWHERE_MAX)
                info->elsewhere[info->n_elsewhere++] = STEAL_POINTER(clean);
}

/* The whole address, to be freed; NULL: it is none. */
static char *resolve(const PageInfo *info, const char *link) {
        char *url = NULL;

        if (link)
                (void) memory_result(url_resolve(info->url, link, &url));
        return url;
}

/* Addresses of the page's own. */
static void take_url(_unused_ const xmlNode *node, char *found, void *userdata) {
        PageInfo *info = userdata;
        char *url = info->guessed ? resolve(info, found) : NULL;

        if (!url)
                return;
        free(info->url);
        info->url = url;
        info->guessed = false;
}

static void take_feed(_unused_ const xmlNode *node, char *link, void *userdata) {
        PageInfo *info = userdata;
        char *url = info->n_feeds < FEEDS_MAX ? resolve(info, link) : NULL;

        if (url)
                info->feeds[info->n_feeds++] = url;
}

static void take_title(_unused_ const xmlNode *node, char *title, void *userdata) {
        PageInfo *info = userdata;

        if (!info->title)
                info->title = xtext_clean(title, strlen(title), 120);
}

/* Labels and logos are no boxes: they are often called after the strip that they belong to. */
static bool is_box(const Element *element) {
        static const char *const tags[] = { "div", "section", "aside", "ul", "ol", "marquee" };

        for (size_t i = 0; i < ELEMENTSOF(tags); i++)
                if (element_is(element, tags[i]))
                        return true;
        return strchr(element->tag, '-') != NULL;
}

/* Looks for an element that is called as strips are and has little or nothing in it. */
static void check_empty(const Element *element, PageInfo *info) {
        _cleanup_free_ char *id = NULL, *class = NULL;
        Cue cue;

        if (element->weight > 30 || element->links > 1 || !is_box(element))
                return;
        cue = element_cue(element);
        if (cue.score < CUE_STRONG - 1 || cue.against)
                return;
        id = element_attribute(element, "id");
        class = element_attribute(element, "class");
        page_info_add(info, "<%s%s%.80s%s%.80s> has no entries; a script fills it", element->tag,
                      id ? " id=" : "", strnull(id), class ? " class=" : "", strnull(class));
}

/* An attribute that may hold the address of what its element is filled with. */
static void check_attribute(const xmlNode *attribute, char *value, void *userdata) {
        const xmlNode *node = attribute->parent;
        const Element *element = element_of(node);
        const char *name = (const char *) attribute->name;
        _cleanup_free_ char *url = NULL;
        PageInfo *info = userdata;

        if ((streq(name, "src") || words_name(value).score < CUE_STRONG) &&
            (!element || element_cue(element).score < CUE_STRONG - 1))
                return;
        url = resolve(info, value);
        if (url)
                page_info_add(info, "%s= of <%s> names %.300s", name, (const char *) node->name,
                              info->guessed ? value : url);
}

/* An address that may give data, rather than a picture, a program or an article. */
static bool is_data_address(const char *s) {
        static const char *const wrong[] = { ".js",  ".css",  ".png",    ".jpg",  ".svg",
                                             ".gif", ".webp", ".woff",   ".html", ".mp4",
                                             ".ico", "/tag/", "/article" };

        for (size_t i = 0; i < ELEMENTSOF(wrong); i++)
                if (strstr(s, wrong[i]) && !strstr(s, ".json"))
                        return false;
        return true;
}

static const char *skip_space(const char *s) {
        while (isspace((unsigned char) *s))
                s++;
        return s;
}

static void check_string(PageInfo *info, const char *s, size_t n, const char *behind) {
        char copy[STRING_MAX + 1], *to = copy;
        Cue cue;

        /* "\/" is how JSON may write a slash */
        for (size_t i = 0; i < n; i++)
                if (s[i] != '\\' || i + 1 == n || s[i + 1] != '/')
                        *to++ = s[i];
        *to = '\0';
        cue = words_name(copy);
        if (strpbrk(copy, " <>{}()") || cue.score < CUE_STRONG || cue.against)
                return;
        behind = skip_space(behind);
        if (strchr(copy, '/')) {
                if (is_data_address(copy))
                        page_info_add(info, "a script names %s", copy);
        } else if (*behind == ':') {
                behind = skip_space(behind + 1);
                if (*behind == '[' || *behind == '{')
                        page_info_add(info, "a script holds data called \"%s\"%s", copy,
                                      behind[1] == ']' || behind[1] == '}' ? ", now empty" : "");
        }
}

/*
 * Scripts are not run, and not even read as what they are: only strings are looked at that are
 * addresses, and names that a list or an object follows.
 */
static void check_script(_unused_ const xmlNode *node, char *script, void *userdata) {
        PageInfo *info = userdata;
        unsigned strings = 0;

        if (strlen(script) > SCRIPT_MAX)
                return;
        if (strstr(script, "\"LiveBlogPosting\""))
                page_info_add(info, "a script holds a LiveBlogPosting (JSON-LD)");
        for (const char *p = strpbrk(script, "\"'"); p && strings < STRINGS_MAX;
             p = strpbrk(p, "\"'"), strings++) {
                const char quote = *p++, *end;

                for (end = p; *end && *end != quote && *end != '\n'; end++)
                        if (*end == '\\' && end[1])
                                end++;
                if (*end == quote && end > p && (size_t) (end - p) <= STRING_MAX)
                        check_string(info, p, (size_t) (end - p), end + 1);
                p = *end ? end + 1 : end;
        }
}

/* XPath has no lower-case(). */
#define LOWER(text)                                                                                \
        "translate(" text ", 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')"

/* Where a page says something about itself, and the function that takes it. The feeds come after
 * the page's own address, to which they are relative. */
static const struct {
        const char *path;
        outline_fn take;
} places[] = {
        { "/*/head/title", take_title },
        { "/*/head/link[" LOWER("@rel") " = 'canonical']/@href | "
                                        "/*/head/meta[@property = 'og:url']/@content",
          take_url },
        { "/*/head/link[contains(" LOWER(
                  "@rel") ", 'alternate')]"
                          "[contains(" LOWER("@type") ", 'rss+xml') or contains(" LOWER(
                                  "@type") ", 'atom+xml')]/@href",
          take_feed },
        { "//*[not(self::img or self::script)]/@*[contains(., '/') and not(contains(., ' '))]"
          "[name() = 'src' or ((starts-with(name(), 'data-') or starts-with(name(), 'hx-')) and "
          "(contains(name(), 'url') or contains(name(), 'src') or contains(name(), 'endpoint') or "
          "contains(name(), 'href') or contains(name(), 'get') or contains(name(), 'feed') or "
          "contains(name(), 'poll') or contains(name(), 'api') or contains(name(), 'source')))]",
          check_attribute },
        { "//script", check_script },
};

void page_info_read(const Outline *outline, const char *url, PageInfo *ret) {
        *ret = (PageInfo){
                .guessed = !url,
                .url = xstrdup(url ? url : NOWHERE),
                .language = element_attribute(outline->elements, "lang"),
        };
        if (ret->language && !source_language_valid(ret->language))
                free(STEAL_POINTER(ret->language));
        for (const Element *element = outline->elements; element < outline->end; element++)
                check_empty(element, ret);
        for (size_t i = 0; i < ELEMENTSOF(places); i++)
                outline_find(outline, places[i].path, places[i].take, ret);
}
