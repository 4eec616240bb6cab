// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension KeyDescription {
    /// Of services, their routes and rules.
    static let services: [String: KeyDescription] = [
        "services": KeyDescription(
            "The services behind the proxy. A request goes to the one with the narrowest "
                + "match."),
        "services[].name": KeyDescription(
            "The policy's name in records. Unique.",
            "billing-api"),
        "services[].match": KeyDescription(
            "Which requests the service gets."),
        "services[].match.host": KeyDescription(
            "A name, `*.` and a name, or `*` for every host.",
            "api.example.com"),
        "services[].match.path": KeyDescription(
            "The beginning of the path, whole segments.",
            "/v1/"),
        "services[].upstream": KeyDescription(
            "Where the service is and how it is reached."),
        "services[].upstream.url": KeyDescription(
            "Scheme, host and port; paths come from requests.",
            "https://billing.internal:8443"),
        "services[].upstream.ca": KeyDescription(
            "PEM: who may issue the service's certificate.",
            "ca.pem",
            standard: "the system's"),
        "services[].upstream.tls_verify": KeyDescription(
            "Whether the certificate is checked. Records show where it is not.",
            "true"),
        "services[].upstream.timeout": KeyDescription(
            "From the end of a request to the head of the answer, and the longest pause "
                + "within an answer.",
            "30s"),
        "services[].upstream.stream_timeout": KeyDescription(
            "The longest silence of an answer that is a stream of events (`text/event-stream`).",
            "1h", standard: "none"),
        "services[].upstream.max_header_bytes": KeyDescription(
            "The head of an answer. Beyond: 502.", "256KiB"),
        "services[].upstream.max_headers": KeyDescription(
            "Fields of an answer. Beyond: 502.", "256"),
        "services[].upstream.connect_timeout": KeyDescription(
            "For connecting, TLS included.",
            "5s"),
        "services[].upstream.idle_timeout": KeyDescription(
            "How long an unused connection is kept. Shorter than the service's own is best.",
            "30s"),
        "services[].upstream.pool_size": KeyDescription(
            "Unused connections kept per event loop; 0: none is used twice.",
            "64"),
        "services[].upstream.host": KeyDescription(
            "Which `Host` the service is told.",
            "preserve"),
        "services[].paths": KeyDescription(
            "What is made of paths that services read differently. The rules are asked for every reading "
                + "either way."),
        "services[].paths.slashes": KeyDescription(
            "`keep` passes empty segments (`//`) as they are, `merge` makes one slash of several.",
            "keep"),
        "services[].paths.encoded_slash": KeyDescription(
            "`keep` passes `%2F` as it is, `refuse` answers 400 to a path that holds it.",
            "keep"),
        "services[].strip": KeyDescription(
            "Which fields of clients the service gets, other than what is usual: see "
                + "[header fields](Headers.md)."),
        "services[].strip.add": KeyDescription(
            "Fields that the service does not get, either: those in which it believes its proxy.",
            "[x-user-id]", standard: "none"),
        "services[].strip.keep": KeyDescription(
            "Fields that the service gets although they are removed for others. It must not believe them.",
            "[x-original-url]", standard: "none"),
        "services[].via": KeyDescription(
            "The name under which `Via` (RFC 9110 §7.6.3) tells service and client that messages passed here. "
                + "Services such as nginx leave compression away where they see the field.",
            "countersign", standard: "none: no `Via`"),
        "services[].routes": KeyDescription(
            "What can be reached: a route such as `GET /v1/invoices/{id}`, or a section. "
                + "GET stands for HEAD too; without a method a route stands for every one. "
                + "A path that is listed with some methods belongs, with all others, to the next wider route.",
            standard: "none: every path below `match`"),
        "services[].routes[].route": KeyDescription(
            "The route.",
            "\"GET /v1/invoices/{id}\""),
        "services[].routes[].audit": KeyDescription(
            "As the service's `audit`, for this route.",
            standard: "as the service says"),
        "services[].routes[].audit.ahead": KeyDescription(
            "As `services[].audit.ahead`.",
            "always",
            standard: "as the service says"),
        "services[].routes[].audit.on_failure": KeyDescription(
            "As `services[].audit.on_failure`.",
            "deny",
            standard: "as the service says"),
        "services[].routes[].allow_encoded_slash": KeyDescription(
            "Whether `%2F` and `%5C` are characters of a name to the service, never slashes: the "
                + "rules are then not asked for the path with slashes in their place, and "
                + "`paths.encoded_slash` does not refuse it. A path that leads out of itself "
                + "(`..%2F`) is refused all the same.",
            "true"),
        "services[].rules": KeyDescription(
            "Who may do what. The first rule that matches decides; without one, access is "
                + "denied.",
            standard: "none: nobody is allowed anything"),
        "services[].rules[].id": KeyDescription(
            "`decision.rule` of the records. Unique within the service; `default` is taken.",
            "readers-read"),
        "services[].rules[].allow": KeyDescription(
            "Conditions under which access is allowed, or `all` for everybody who has been "
                + "identified.",
            "all",
            standard: "one of `allow` and `deny`"),
        "services[].rules[].deny": KeyDescription(
            "Conditions under which access is denied, or `all` for everybody.",
            "all",
            standard: "one of `allow` and `deny`"),
        "services[].rules[].tags": KeyDescription(
            "`data_tags` of the records that the rule decided.",
            "[pii]"),
        "services[].audit": KeyDescription(
            "When accesses are recorded, and what happens if they cannot be."),
        "services[].audit.ahead": KeyDescription(
            "`auto`: methods that may change something are recorded before they are "
                + "forwarded, others before their answer ends. `always`, `never`: all of them "
                + "before, or none.",
            "auto"),
        "services[].audit.on_failure": KeyDescription(
            "What becomes of an access that the log cannot take.",
            "deny",
            standard: "`log.on_failure`"),
        "services[].limit": KeyDescription(
            "How often one subject may use the service.",
            standard: "none"),
        "services[].limit.per": KeyDescription(
            "Whose accesses count together.",
            "actor"),
        "services[].limit.rate": KeyDescription(
            "The sustained rate per s, m, h or d.",
            "100/m"),
        "services[].limit.burst": KeyDescription(
            "How many may come at once after a pause.",
            "20",
            standard: "what the rate allows in one second, at least 1"),
        "services[].credentials": KeyDescription(
            "What becomes of the credential that identified the caller. Credentials that "
                + "no identity claims always pass."),
        "services[].credentials.forward": KeyDescription(
            "Whether the service gets it. It can then act as the caller at every service "
                + "behind this proxy.",
            "false"),
        "services[].rules[].allow.roles": KeyDescription(
            "The caller has at least one of these.",
            "[reader]",
            standard: "everybody"),
        "services[].rules[].allow.methods": KeyDescription(
            "The method is one of these; GET stands for HEAD too.",
            "[GET]",
            standard: "every method"),
        "services[].rules[].allow.routes": KeyDescription(
            "The route is one of these, as `routes` lists them.",
            "[\"GET /v1/invoices/{id}\"]",
            standard: "every route"),
        "services[].rules[].allow.actors": KeyDescription(
            "The caller is one of these kinds.",
            "[service]",
            standard: "every kind"),
        "services[].rules[].deny.roles": KeyDescription(
            "The caller has at least one of these.",
            "[reader]",
            standard: "everybody"),
        "services[].rules[].deny.methods": KeyDescription(
            "The method is one of these; GET stands for HEAD too.",
            "[GET]",
            standard: "every method"),
        "services[].rules[].deny.routes": KeyDescription(
            "The route is one of these, as `routes` lists them.",
            "[\"GET /v1/invoices/{id}\"]",
            standard: "every route"),
        "services[].rules[].deny.actors": KeyDescription(
            "The caller is one of these kinds.",
            "[service]",
            standard: "every kind"),
        "services[].rules[].allow.anonymous": KeyDescription(
            "Whether callers without a credential are allowed, too.",
            "true"),
    ]
}
