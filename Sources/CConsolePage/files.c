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
static const unsigned char verify_css[] = {
#embed "page/verify.css"
};
static const unsigned char windows_css[] = {
#embed "page/windows.css"
};
static const unsigned char access_js[] = {
#embed "page/access.js"
};
static const unsigned char api_js[] = {
#embed "page/api.js"
};
static const unsigned char archive_js[] = {
#embed "page/archive.js"
};
static const unsigned char bytes_js[] = {
#embed "page/bytes.js"
};
static const unsigned char chart_js[] = {
#embed "page/chart.js"
};
static const unsigned char complete_js[] = {
#embed "page/complete.js"
};
static const unsigned char digest_js[] = {
#embed "page/digest.js"
};
static const unsigned char dom_js[] = {
#embed "page/dom.js"
};
static const unsigned char dropped_js[] = {
#embed "page/dropped.js"
};
static const unsigned char explore_js[] = {
#embed "page/explore.js"
};
static const unsigned char exports_js[] = {
#embed "page/exports.js"
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
static const unsigned char layout_js[] = {
#embed "page/layout.js"
};
static const unsigned char leaves_js[] = {
#embed "page/leaves.js"
};
static const unsigned char lines_js[] = {
#embed "page/lines.js"
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
static const unsigned char manifest_js[] = {
#embed "page/manifest.js"
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
static const unsigned char pack_js[] = {
#embed "page/pack.js"
};
static const unsigned char parts_js[] = {
#embed "page/parts.js"
};
static const unsigned char people_js[] = {
#embed "page/people.js"
};
static const unsigned char privacy_js[] = {
#embed "page/privacy.js"
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
static const unsigned char recordparts_js[] = {
#embed "page/recordparts.js"
};
static const unsigned char reports_js[] = {
#embed "page/reports.js"
};
static const unsigned char result_js[] = {
#embed "page/result.js"
};
static const unsigned char reviews_js[] = {
#embed "page/reviews.js"
};
static const unsigned char settings_js[] = {
#embed "page/settings.js"
};
static const unsigned char shell_js[] = {
#embed "page/shell.js"
};
static const unsigned char steps_js[] = {
#embed "page/steps.js"
};
static const unsigned char strict_js[] = {
#embed "page/strict.js"
};
static const unsigned char tail_js[] = {
#embed "page/tail.js"
};
static const unsigned char tally_js[] = {
#embed "page/tally.js"
};
static const unsigned char time_js[] = {
#embed "page/time.js"
};
static const unsigned char trust_js[] = {
#embed "page/trust.js"
};
static const unsigned char verdict_js[] = {
#embed "page/verdict.js"
};
static const unsigned char verify_html[] = {
#embed "page/verify.html"
};
static const unsigned char verify_js[] = {
#embed "page/verify.js"
};
static const unsigned char walk_js[] = {
#embed "page/walk.js"
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
    {"verify.css", verify_css, sizeof verify_css},
    {"windows.css", windows_css, sizeof windows_css},
    {"access.js", access_js, sizeof access_js},
    {"api.js", api_js, sizeof api_js},
    {"archive.js", archive_js, sizeof archive_js},
    {"bytes.js", bytes_js, sizeof bytes_js},
    {"chart.js", chart_js, sizeof chart_js},
    {"complete.js", complete_js, sizeof complete_js},
    {"digest.js", digest_js, sizeof digest_js},
    {"dom.js", dom_js, sizeof dom_js},
    {"dropped.js", dropped_js, sizeof dropped_js},
    {"explore.js", explore_js, sizeof explore_js},
    {"exports.js", exports_js, sizeof exports_js},
    {"hashes.js", hashes_js, sizeof hashes_js},
    {"index.html", index_html, sizeof index_html},
    {"integrity.js", integrity_js, sizeof integrity_js},
    {"known.js", known_js, sizeof known_js},
    {"layout.js", layout_js, sizeof layout_js},
    {"leaves.js", leaves_js, sizeof leaves_js},
    {"lines.js", lines_js, sizeof lines_js},
    {"login.html", login_html, sizeof login_html},
    {"login.js", login_js, sizeof login_js},
    {"main.js", main_js, sizeof main_js},
    {"manifest.js", manifest_js, sizeof manifest_js},
    {"merkle.js", merkle_js, sizeof merkle_js},
    {"notes.js", notes_js, sizeof notes_js},
    {"overview.js", overview_js, sizeof overview_js},
    {"pack.js", pack_js, sizeof pack_js},
    {"parts.js", parts_js, sizeof parts_js},
    {"people.js", people_js, sizeof people_js},
    {"privacy.js", privacy_js, sizeof privacy_js},
    {"proof.js", proof_js, sizeof proof_js},
    {"query.js", query_js, sizeof query_js},
    {"record.js", record_js, sizeof record_js},
    {"recordparts.js", recordparts_js, sizeof recordparts_js},
    {"reports.js", reports_js, sizeof reports_js},
    {"result.js", result_js, sizeof result_js},
    {"reviews.js", reviews_js, sizeof reviews_js},
    {"settings.js", settings_js, sizeof settings_js},
    {"shell.js", shell_js, sizeof shell_js},
    {"steps.js", steps_js, sizeof steps_js},
    {"strict.js", strict_js, sizeof strict_js},
    {"tail.js", tail_js, sizeof tail_js},
    {"tally.js", tally_js, sizeof tally_js},
    {"time.js", time_js, sizeof time_js},
    {"trust.js", trust_js, sizeof trust_js},
    {"verdict.js", verdict_js, sizeof verdict_js},
    {"verify.html", verify_html, sizeof verify_html},
    {"verify.js", verify_js, sizeof verify_js},
    {"walk.js", walk_js, sizeof walk_js},
    {"words.js", words_js, sizeof words_js},
};

unsigned long ccp_file_count(void) {
    return sizeof files / sizeof files[0];
}

struct ccp_file ccp_file_at(unsigned long place) {
    return files[place];
}
