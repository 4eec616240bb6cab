// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

extension Method {
    /// The methods that rules and routes may name: IANA's registry without `CONNECT` and `TRACE`,
    /// which are never proxied.
    ///
    /// A list, so that a mistake such as `POTS` is found in the configuration and not when an access is
    /// refused.
    package static let registered: [Method] =
        [.get, .head, .post, .put, .patch, .delete, .options]
        + [
            "ACL", "BASELINE-CONTROL", "BIND", "CHECKIN", "CHECKOUT", "COPY", "LABEL", "LINK",
            "LOCK",
            "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL", "MKREDIRECTREF", "MKWORKSPACE", "MOVE",
            "ORDERPATCH", "PROPFIND", "PROPPATCH", "QUERY", "REBIND", "REPORT", "SEARCH", "UNBIND",
            "UNCHECKOUT", "UNLINK", "UNLOCK", "UPDATE", "UPDATEREDIRECTREF", "VERSION-CONTROL",
        ].map { .other($0) }

    /// Whether a list that names `listed` admits this method: GET includes HEAD.
    func isCovered(by listed: Method) -> Bool {
        self == listed || self == .head && listed == .get
    }
}
