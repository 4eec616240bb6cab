// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Keeps clients at the proxy: an answer that points to the service itself is made to point to us.
///
/// A service knows itself by the address at which it is reached and by the `Host` that it was sent,
/// with its own port or none; both become the authority that the client asked for. What names
/// anybody else, or nobody, passes unchanged.
package struct PointerRewriting {
    private let service: WebOrigin
    /// What was sent to the service in `Host`.
    private let told: NamedPlace?
    private let isClientSecure: Bool
    /// The authority that the client asked for; empty if it named none.
    private let authority: ArraySlice<UInt8>

    /// - Parameters:
    ///   - told: the value of `Host` that went to the service.
    ///   - isClientSecure: whether the client speaks `https`, to us or to the proxy in front of us.
    package init(
        service: WebOrigin, told: ArraySlice<UInt8>, authority: ArraySlice<UInt8>,
        isClientSecure: Bool
    ) {
        self.service = service
        self.told = NamedPlace(authority: told)
        self.authority = authority
        self.isClientSecure = isClientSecure
    }

    /// Writes a pointer's value, its URL rewritten if it names the service.
    func append(_ value: ArraySlice<UInt8>, of field: KnownField, to output: inout [UInt8]) {
        let url = field == .refresh ? value[Self.urlOfRefresh(value)...] : value
        output.append(contentsOf: value[..<url.startIndex])
        // Browsers ignore tabs wherever they are.
        let read = url.contains(Byte.tab) ? url.filter { $0 != Byte.tab }[...] : url
        guard let (scheme, rest) = parts(read) else {
            output.append(contentsOf: url)
            return
        }
        guard !authority.isEmpty else {
            // The client named no host: the path alone leads back to where it is.
            if rest.first != Byte.slash { output.append(Byte.slash) }
            output.append(contentsOf: rest)
            return
        }
        if scheme { output.append(isClientSecure ? "https:" : "http:") }
        output.append("//")
        output.append(contentsOf: authority)
        output.append(contentsOf: rest)
    }

    /// Whether a URL that names the service has a scheme, and what follows its authority; nil for any other.
    ///
    /// Read as browsers do: any number of slashes, even none after a scheme, and `\` for `/`.
    private func parts(
        _ url: ArraySlice<UInt8>
    ) -> (hasScheme: Bool, rest: ArraySlice<UInt8>)? {
        let scheme = Self.scheme(url)
        var start = scheme.end
        while start < url.endIndex, Self.isSlash(url[start]) { start += 1 }
        guard scheme.isSecure != nil || start >= scheme.end + 2 else { return nil }
        let end =
            url[start...].firstIndex {
                Self.isSlash($0) || $0 == Byte.question || $0 == Byte.hash || Self.isQuote($0)
            } ?? url.endIndex
        guard let place = NamedPlace(authority: url[start..<end]) else { return nil }
        let isSecure = scheme.isSecure.map { [$0] } ?? [service.isSecure, isClientSecure]
        guard isSecure.contains(where: { names(place, isSecure: $0) }) else { return nil }
        return (scheme.isSecure != nil, url[end...])
    }

    private func names(_ place: NamedPlace, isSecure: Bool) -> Bool {
        let usual = WebOrigin.defaultPort(isSecure: isSecure)
        let port = place.port ?? usual
        if isSecure == service.isSecure, port == service.port,
            place.host == service.host || place.host == told?.host
        {
            return true
        }
        guard let told, isSecure == service.isSecure || isSecure == isClientSecure else {
            return false
        }
        return place.host == told.host && port == told.port ?? usual
    }

    private static func scheme(
        _ url: ArraySlice<UInt8>
    ) -> (isSecure: Bool?, end: Int) {
        for (name, isSecure) in [("http:", false), ("https:", true)] {
            let letters = url.prefix(name.utf8.count)
            if letters.map(Byte.lower).elementsEqual(name.utf8) {
                return (isSecure, letters.endIndex)
            }
        }
        return (nil, url.startIndex)
    }

    private static func isSlash(_ byte: UInt8) -> Bool {
        byte == Byte.slash || byte == Byte.backslash
    }

    private static func isQuote(_ byte: UInt8) -> Bool {
        byte == Byte.quote || byte == UInt8(ascii: "'")
    }

    /// Where the URL of `Refresh` begins, as HTML §4.2.5.3 reads it: a time, a delimiter, perhaps `url=` and a
    /// quote.
    private static func urlOfRefresh(_ value: ArraySlice<UInt8>) -> Int {
        var at = value.startIndex
        func skip(_ isSkipped: (UInt8) -> Bool) {
            while at < value.endIndex, isSkipped(value[at]) { at += 1 }
        }
        skip { Byte.isDigit($0) || $0 == Byte.dot }
        skip(Byte.isBlank)
        if at < value.endIndex, value[at] == Byte.semicolon || value[at] == Byte.comma { at += 1 }
        skip(Byte.isBlank)
        guard value[at...].prefix(3).map(Byte.lower).elementsEqual("url".utf8) else { return at }
        let word = at
        at += 3
        skip(Byte.isBlank)
        guard at < value.endIndex, value[at] == Byte.equals else { return word }
        at += 1
        skip(Byte.isBlank)
        if at < value.endIndex, isQuote(value[at]) { at += 1 }
        return at
    }
}
