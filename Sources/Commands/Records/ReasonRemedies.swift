// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What to do about each reason that an access was refused or failed for, by its code.
package enum ReasonRemedies {
    /// Fixed text, nothing of a request; every reason but those that grant has its line.
    package static let all: [String: String] = [
        "malformed_request_line":
            "The client sent something other than HTTP/1.1; have it, or the port it goes to, looked at.",
        "malformed_header":
            "The client, or something between, sent a field that two parsers could read differently; mend the field that is named.",
        "malformed_target":
            "Have the client send a path that begins with a slash, with everything unusual percent-encoded.",
        "malformed_host": "Have the client send exactly one Host, with the name that it means.",
        "malformed_path":
            "Have the client send the path without `..`, encoded control characters or broken encodings.",
        "ambiguous_framing":
            "Nobody honest sends this: two parsers would see different ends of the body. Look where it came from.",
        "unsupported_transfer_coding": "Have the client send the body chunked, or with its length.",
        "malformed_chunk":
            "Have the client's chunked bodies looked at; the proxy passes on none that it cannot read.",
        "unsupported_version": "Have the client speak HTTP/1.1.",
        "method_not_supported": "This method cannot be proxied; use another.",
        "unknown_expectation": "Have the client leave Expect away, or send 100-continue.",
        "body_incomplete": "The client broke off; it may simply try again.",
        "head_too_large":
            "Have the client send less, often fewer cookies, or raise http.max_header_bytes.",
        "too_many_fields": "Have the client send fewer fields, or raise http.max_headers.",
        "target_too_long": "Have the client send the query as a body, or raise http.max_target.",
        "body_too_large": "Have the client send less at a time, or raise http.max_body.",
        "framing_overhead": "Have the client send larger chunks.",
        "head_timeout":
            "The client was too slow, or opened connections for nothing; http.header_timeout says how long it may take.",
        "body_timeout":
            "The client was too slow; http.body_timeout and http.min_body_rate say how long it may take.",
        "too_many_connections":
            "Raise http.max_connections or http.max_connections_per_peer, or look who opens so many.",
        "record_too_large":
            "Have the client send shorter values: the record of this request would not fit into the log.",
        "no_route":
            "Add a service for this host and path, or correct the URL. `countersign policy test METHOD URL` tries it.",
        "unlisted_route":
            "Add the route under the service's `routes`, or correct the URL.",
        "method_not_allowed":
            "Add the method to the route under `routes`, or use one that is listed.",
        "upgrade_not_supported":
            "Protocols behind Upgrade, such as WebSocket, are not carried yet; reach that part of the service another way.",
        "misdirected": "Use a connection that was opened for this host.",
        "no_credentials":
            "Send a credential: an API key as X-Api-Key, a bearer token, or a client certificate.",
        "ambiguous_credentials": "Send one credential only.",
        "unknown_key":
            "The key is wrong or of another proxy; make a new one with `countersign token mint`.",
        "key_revoked":
            "The key was revoked: make a new one with `countersign token mint`, and look who still used this one.",
        "key_expired": "Make a new key with `countersign token mint`.",
        "token_malformed":
            "Have the client send the token whole, in compact form; `countersign token inspect` shows what is in it.",
        "token_algorithm":
            "Have the issuer sign with an algorithm that `algs` lists, or add it there.",
        "token_unknown_key":
            "The key set does not hold the token's key: fetch it anew from the issuer and reload.",
        "token_signature":
            "The token was changed, or signed by somebody else: get a new one, and look where this one came from.",
        "token_expired": "Get a new token.",
        "token_not_yet_valid":
            "Check the clocks of this host and of the issuer; `clock_skew` says how far they may be apart.",
        "token_issuer": "Get a token from the issuer that is configured, or configure this one.",
        "token_audience": "Have the token issued for one of the values of `audience`.",
        "token_type": "Send an access token, not one of another kind.",
        "token_claims":
            "Have the issuer put in the claims that are configured, in the form that they need.",
        "certificate_invalid":
            "Use a certificate that `client_ca` has issued, and that is valid today.",
        "rule_denied":
            "If this should be allowed, change the rule that is named; `countersign policy test` shows all of them.",
        "no_rule_matched":
            "If this should be allowed, write a rule that matches, or give the actor a role that one of them names.",
        "rate_limited":
            "Wait for the time that Retry-After names, or raise the `limit` of the service.",
        "upstream_unreachable":
            "Start the service, or correct upstream.url; `countersign doctor` tries to reach it.",
        "upstream_tls":
            "Give the service a certificate for its name, or name its authority in upstream.ca.",
        "upstream_timeout": "Look why the service is slow, or raise upstream.timeout.",
        "upstream_malformed":
            "The service sent an answer that cannot be passed on safely; mend the service.",
        "upstream_closed": "The service closed the connection early; look into its own log.",
        "client_closed": "The client went away; nothing is to be done here.",
        "client_timeout":
            "The client stopped reading; http.write_timeout says how long that may last.",
        "draining": "The proxy was stopping; try again.",
        "interrupted":
            "The proxy stopped meanwhile; look at the service whether the request had its effect.",
        "log_unavailable":
            "Look at `countersign status` and `countersign doctor`: without a record there is no access.",
    ]
}
