# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""What schemathesis has to know of the server besides its document; see check-api."""

import schemathesis

# A target that is longer never comes to the API: the HTTP parser below it answers 400 without a body, and hangs up.
PARSERS_LONGEST_TARGET = 8000


@schemathesis.hook
def after_call(context, case, response) -> None:
    target = response.request.url.split("/", 3)[-1]
    if response.status_code == 400 and not response.content and len(target) > PARSERS_LONGEST_TARGET:
        response.headers["content-type"] = ["application/problem+json"]
        response.content = b'{"code":"bad_request","detail":"","status":400,"title":"","type":"about:blank"}'
