// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel

extension HTTPFacts {
    /// Writes the member `http` and a comma, or nothing if nothing is known.
    func write(host: Span<UInt8>, to text: inout RecordText) {
        let opening: StaticString = #""http":{"#
        text.put(opening)
        let start = text.count
        if !host.isEmpty {
            text.put(#""host":"#)
            let quote = text.count
            text.put(string: host, path: "http.host")
            text.holes.host = quote + 1..<text.count - 1
            text.put(",")
        }
        if let method { write(method, to: &text) }
        text.holes.requestSize = text.putNumber(#""request_size":"#, requestSize)
        reset?.write(to: &text)
        text.holes.responseSize = text.putNumber(#""response_size":"#, responseSize)
        if let route {
            text.put(#""route":"#)
            text.put(route.text.bytes)
            text.put(",")
        }
        switch scheme {
        case .http: text.put(#""scheme":"http","#)
        case .https: text.put(#""scheme":"https","#)
        case nil: break
        }
        text.put(#""status":"#, status.map(UInt64.init))
        text.put(#""upstream_status":"#, upstreamStatus.map(UInt64.init))
        text.put(#""upstream_version":"#, word: upstreamVersion?.rawValue)
        switch version {
        case .http10: text.put(#""version":"1.0","#)
        case .http11: text.put(#""version":"1.1","#)
        case .http2: text.put(#""version":"2","#)
        case .http3: text.put(#""version":"3","#)
        case nil: break
        }
        guard text.count > start else {
            text.removeLast(opening.utf8CodeUnitCount)
            return
        }
        text.closeObject()
        text.put(",")
    }

    private func write(_ method: Method, to text: inout RecordText) {
        switch method {
        case .get: text.put(#""method":"GET","#)
        case .head: text.put(#""method":"HEAD","#)
        case .post: text.put(#""method":"POST","#)
        case .put: text.put(#""method":"PUT","#)
        case .patch: text.put(#""method":"PATCH","#)
        case .delete: text.put(#""method":"DELETE","#)
        case .options: text.put(#""method":"OPTIONS","#)
        case .other(let token):
            guard !token.isEmpty else { return }
            if RegisteredMethods.tokens.contains(token) {
                text.put(#""method":""#)
                text.put(plain: token)
                text.put(#"","#)
            } else {
                text.put(#""method":"_OTHER","method_original":"#)
                text.put(string: Array(token.utf8).span, path: "http.method_original")
                text.put(",")
            }
        }
    }
}

/// Methods of the IANA registry without a case in ``Method``; any other becomes `_OTHER`, as in
/// OpenTelemetry.
private enum RegisteredMethods {
    static let tokens: Set<String> = [
        "ACL", "BASELINE-CONTROL", "BIND", "CHECKIN", "CHECKOUT", "CONNECT", "COPY", "LABEL",
        "LINK", "LOCK", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL", "MKREDIRECTREF",
        "MKWORKSPACE", "MOVE", "ORDERPATCH", "PRI", "PROPFIND", "PROPPATCH", "QUERY", "REBIND",
        "REPORT", "SEARCH", "TRACE", "UNBIND", "UNCHECKOUT", "UNLINK", "UNLOCK", "UPDATE",
        "UPDATEREDIRECTREF", "VERSION-CONTROL",
    ]
}
