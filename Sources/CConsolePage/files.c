// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

#include "CConsolePage.h"

// The files become part of the program, so that one file is the whole product. Swift has nothing like `#embed` (C23).
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char tokens_css[] = {
#embed "page/tokens.css"
};
static const unsigned char icons_css[] = {
#embed "page/icons.css"
};
static const unsigned char base_css[] = {
#embed "page/base.css"
};
static const unsigned char tables_css[] = {
#embed "page/tables.css"
};
static const unsigned char pages_css[] = {
#embed "page/pages.css"
};
static const unsigned char parts_css[] = {
#embed "page/parts.css"
};
static const unsigned char own_css[] = {
#embed "page/own.css"
};
static const unsigned char windows_css[] = {
#embed "page/windows.css"
};
static const unsigned char api_js[] = {
#embed "page/api.js"
};
static const unsigned char bytes_js[] = {
#embed "page/bytes.js"
};
static const unsigned char chart_js[] = {
#embed "page/chart.js"
};
static const unsigned char dom_js[] = {
#embed "page/dom.js"
};
static const unsigned char explore_js[] = {
#embed "page/explore.js"
};
static const unsigned char hashes_js[] = {
#embed "page/hashes.js"
};
static const unsigned char index_html[] = {
#embed "page/index.html"
};
static const unsigned char integrity_js[] = {
#embed "page/integrity.js"
};
static const unsigned char known_js[] = {
#embed "page/known.js"
};
static const unsigned char login_html[] = {
#embed "page/login.html"
};
static const unsigned char login_js[] = {
#embed "page/login.js"
};
static const unsigned char main_js[] = {
#embed "page/main.js"
};
static const unsigned char merkle_js[] = {
#embed "page/merkle.js"
};
static const unsigned char notes_js[] = {
#embed "page/notes.js"
};
static const unsigned char overview_js[] = {
#embed "page/overview.js"
};
static const unsigned char proof_js[] = {
#embed "page/proof.js"
};
static const unsigned char query_js[] = {
#embed "page/query.js"
};
static const unsigned char record_js[] = {
#embed "page/record.js"
};
static const unsigned char shell_js[] = {
#embed "page/shell.js"
};
static const unsigned char tail_js[] = {
#embed "page/tail.js"
};
static const unsigned char time_js[] = {
#embed "page/time.js"
};
static const unsigned char words_js[] = {
#embed "page/words.js"
};

static const struct ccp_file files[] = {
    {"tokens.css", tokens_css, sizeof tokens_css},
    {"icons.css", icons_css, sizeof icons_css},
    {"base.css", base_css, sizeof base_css},
    {"tables.css", tables_css, sizeof tables_css},
    {"pages.css", pages_css, sizeof pages_css},
    {"parts.css", parts_css, sizeof parts_css},
    {"own.css", own_css, sizeof own_css},
    {"windows.css", windows_css, sizeof windows_css},
    {"api.js", api_js, sizeof api_js},
    {"bytes.js", bytes_js, sizeof bytes_js},
    {"chart.js", chart_js, sizeof chart_js},
    {"dom.js", dom_js, sizeof dom_js},
    {"explore.js", explore_js, sizeof explore_js},
    {"hashes.js", hashes_js, sizeof hashes_js},
    {"index.html", index_html, sizeof index_html},
    {"integrity.js", integrity_js, sizeof integrity_js},
    {"known.js", known_js, sizeof known_js},
    {"login.html", login_html, sizeof login_html},
    {"login.js", login_js, sizeof login_js},
    {"main.js", main_js, sizeof main_js},
    {"merkle.js", merkle_js, sizeof merkle_js},
    {"notes.js", notes_js, sizeof notes_js},
    {"overview.js", overview_js, sizeof overview_js},
    {"proof.js", proof_js, sizeof proof_js},
    {"query.js", query_js, sizeof query_js},
    {"record.js", record_js, sizeof record_js},
    {"shell.js", shell_js, sizeof shell_js},
    {"tail.js", tail_js, sizeof tail_js},
    {"time.js", time_js, sizeof time_js},
    {"words.js", words_js, sizeof words_js},
};

unsigned long ccp_file_count(void) {
    return sizeof files / sizeof files[0];
}

struct ccp_file ccp_file_at(unsigned long place) {
    return files[place];
}
