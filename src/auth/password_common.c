/* password_common.c -- see password_common.h.
 *
 * best[i] is the least number of known words and rows that make up the first i characters; digits
 * and marks between them count for nothing. Whoever tries passwords by machine tries all pairs of
 * pieces, so up to two are too few; three plain words do well. SPDX-License-Identifier: MIT */
#include "auth/password_common.h"

enum {
    LONGEST = 64,     /* bytes looked at in pieces; longer ones have more than two */
    PIECES = 2,       /* as many known pieces are too few */
    SHORT_PERIOD = 4, /* "abcdabcdabcd" */
    RUN = 3,          /* the shortest row or run that counts as one piece */
    UNKNOWN = 1000,
};

/* Lower case. The name of the house is among them. */
static const char *const words[] = {
    /* what a password is called */
    "password",
    "passphrase",
    "passcode",
    "pass",
    "word",
    "passwort",
    "kennwort",
    "geheim",
    "secret",
    "private",
    "secure",
    "security",
    "access",
    "login",
    "signin",
    "logmein",
    "letmein",
    "letme",
    "open",
    "opensesame",
    "sesame",
    "welcome",
    "default",
    "temp",
    "temporary",
    "change",
    "changeme",
    "changeit",
    "forgot",
    "unknown",
    "nothing",
    "whatever",
    "something",
    "anything",
    "motdepasse",
    "contrasena",
    "parola",
    "senha",
    "haslo",
    "wachtwoord",
    "losenord",
    "salasana",
    "heslo",
    "mima",
    "sifre",
    /* who one is */
    "admin",
    "administrator",
    "root",
    "user",
    "guest",
    "master",
    "test",
    "tester",
    "testing",
    "demo",
    "system",
    "server",
    "computer",
    "internet",
    "office",
    "company",
    "manager",
    "support",
    "service",
    "parlor",
    "parlour",
    "house",
    "home",
    "chat",
    "room",
    "lamp",
    "my",
    "the",
    "me",
    "you",
    "is",
    "i",
    "a",
    "and",
    "our",
    "your",
    "new",
    "old",
    "big",
    "hello",
    "hallo",
    "bonjour",
    "hola",
    "ciao",
    /* what one loves */
    "iloveyou",
    "ilove",
    "loveyou",
    "love",
    "lovely",
    "lover",
    "forever",
    "jesus",
    "christ",
    "god",
    "heaven",
    "angel",
    "angels",
    "baby",
    "babygirl",
    "honey",
    "sweet",
    "sweetheart",
    "darling",
    "schatz",
    "amor",
    "mon",
    "princess",
    "prince",
    "queen",
    "king",
    "beautiful",
    "family",
    "mother",
    "father",
    "mama",
    "papa",
    "friend",
    "friends",
    "happy",
    "smile",
    "lucky",
    "dream",
    "magic",
    "music",
    "dance",
    "summer",
    "winter",
    "spring",
    "autumn",
    "sommer",
    "monday",
    "friday",
    "sunday",
    "january",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "birthday",
    "christmas",
    "flower",
    "rose",
    "sunshine",
    "sun",
    "moon",
    "star",
    "stars",
    "rainbow",
    "butterfly",
    "purple",
    "orange",
    "yellow",
    "silver",
    "golden",
    "black",
    "white",
    "green",
    "blue",
    "red",
    "pink",
    /* what one plays, drives, eats and keeps */
    "football",
    "fussball",
    "futbol",
    "soccer",
    "baseball",
    "basketball",
    "hockey",
    "tennis",
    "golf",
    "chelsea",
    "arsenal",
    "liverpool",
    "barcelona",
    "juventus",
    "yankees",
    "cowboys",
    "lakers",
    "superman",
    "batman",
    "spiderman",
    "starwars",
    "pokemon",
    "naruto",
    "minecraft",
    "matrix",
    "ninja",
    "dragon",
    "tiger",
    "lion",
    "monkey",
    "shadow",
    "hunter",
    "killer",
    "warrior",
    "phoenix",
    "eagle",
    "falcon",
    "panther",
    "wolf",
    "horse",
    "dog",
    "doggy",
    "cat",
    "kitty",
    "buster",
    "pepper",
    "ginger",
    "cookie",
    "cookies",
    "chocolate",
    "cheese",
    "coffee",
    "banana",
    "apple",
    "samsung",
    "google",
    "facebook",
    "mercedes",
    "ferrari",
    "porsche",
    "mustang",
    "corvette",
    "harley",
    "yamaha",
    "money",
    "freedom",
    "trustno",
    "trust",
    "nobody",
    "access",
    "blink",
    "maverick",
    "thunder",
    "diamond",
    /* whom one knows */
    "michael",
    "michelle",
    "daniel",
    "jessica",
    "jennifer",
    "joshua",
    "matthew",
    "andrew",
    "anthony",
    "charlie",
    "thomas",
    "robert",
    "george",
    "jordan",
    "ashley",
    "nicole",
    "hannah",
    "amanda",
    "samantha",
    "alexander",
    "alexandra",
    "christian",
    "benjamin",
    "jonathan",
    "william",
    "patrick",
    "maria",
    "victoria",
    "elizabeth",
    "stephanie",
    "sebastian",
    "andrea",
    "london",
    "berlin",
    "paris",
    "america",
    /* patterns across the keyboard, and the famous one */
    "1q2w3e4r5t6y7u8i9o0p",
    "1q2w3e4r5t6y7u8i",
    "1q2w3e4r5t6y",
    "1q2w3e4r",
    "q1w2e3r4t5y6",
    "q1w2e3r4",
    "1qaz2wsx3edc4rfv",
    "1qaz2wsx3edc",
    "1qaz2wsx",
    "zaq12wsxcde3",
    "zaq12wsx",
    "qazwsxedcrfv",
    "qazwsxedc",
    "qazwsx",
    "qweasdzxc",
    "qweasd",
    "asdzxc",
    "abc",
    "xyz",
    "correcthorsebatterystaple",
};

/* Read forwards and backwards. */
static const char *const rows[] = {
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "!@#$%^&*()",
};

/* A letter and what is written for it. */
static const struct {
    char letter;
    const char *disguises;
} disguised[] = {{'a', "@4"}, {'b', "8"}, {'e', "3"},  {'g', "9"},  {'i', "1!|"},
                 {'l', "1|"}, {'o', "0"}, {'s', "$5"}, {'t', "7+"}, {'z', "2"}};

static bool is_same(char c, char letter)
{
    if (c == letter) {
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(disguised); i++) {
        if (disguised[i].letter == letter) {
            return str_find(str_from_z(disguised[i].disguises), c) >= 0;
        }
    }
    return false;
}

static bool begins_with(Str text, Str word)
{
    size_t i = 0;
    while (i < word.len && i < text.len && is_same(text.data[i], word.data[i])) {
        i++;
    }
    return i == word.len && word.len > 0;
}

/* What is put between and after words because somebody asks for it. */
static bool is_filler(char c)
{
    return (unsigned char)c < 0x80 && !(c >= 'a' && c <= 'z');
}

/* How many characters from the text's beginning follow each other in `row`, by `step` 1 or -1. */
static size_t row_length(Str text, Str row, ptrdiff_t step)
{
    size_t longest = 0;
    for (size_t start = 0; start < row.len; start++) {
        size_t len = 0;
        ptrdiff_t at = (ptrdiff_t)start;
        while (len < text.len && at >= 0 && at < (ptrdiff_t)row.len &&
               text.data[len] == row.data[at]) {
            len++;
            at += step;
        }
        longest = MAX(longest, len);
    }
    return longest;
}

/* How many characters from the text's beginning are a row, or one and the same. */
static size_t run_length(Str text)
{
    size_t longest = 1;
    while (longest < text.len && text.data[longest] == text.data[0]) {
        longest++;
    }
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        longest = MAX(longest, row_length(text, str_from_z(rows[i]), 1));
        longest = MAX(longest, row_length(text, str_from_z(rows[i]), -1));
    }
    return longest;
}

/* One more piece of `len` characters is known after the first `from`. */
static void reach(int *best, size_t from, size_t len, int cost)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): every place is set before it is reached */
    best[from + len] = MIN(best[from + len], best[from] + cost);
}

static void extend(int *best, Str text, size_t from, Str handle)
{
    Str rest = str_skip(text, from);
    size_t run = run_length(rest);
    for (size_t len = RUN; len <= run; len++) {
        reach(best, from, len, 1);
    }
    if (is_filler(rest.data[0])) {
        reach(best, from, 1, 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        Str word = str_from_z(words[i]);
        if (begins_with(rest, word)) {
            reach(best, from, word.len, 1);
        }
    }
    if (begins_with(rest, handle)) {
        reach(best, from, handle.len, 1);
    }
}

static int count_pieces(Str text, Str handle)
{
    int best[LONGEST + 1];
    best[0] = 0;
    for (size_t i = 1; i <= text.len; i++) {
        best[i] = UNKNOWN;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (best[i] <= PIECES) {
            extend(best, text, i, handle);
        }
    }
    return best[text.len];
}

/* The length of the shortest beginning that, repeated, is the whole. */
static size_t period_of(Str text)
{
    size_t period = 1;
    for (size_t i = 0; i < text.len && period < text.len;) {
        bool is_repeated = text.data[i] == text.data[i % period];
        i = is_repeated ? i + 1 : 0;
        period += !is_repeated;
    }
    return period;
}

bool password_is_common(Str password, Str handle)
{
    char folded[LONGEST] = "";
    size_t len = MIN(password.len, (size_t)LONGEST);
    for (size_t i = 0; i < len; i++) {
        char c = password.data[i];
        folded[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    Str text = str_of(folded, len);
    size_t period = period_of(text);
    if (len > 0 && period <= SHORT_PERIOD && period_of(password) <= SHORT_PERIOD) {
        return true;
    }
    return password.len <= LONGEST && count_pieces(str_sub(text, 0, period), handle) <= PIECES;
}
