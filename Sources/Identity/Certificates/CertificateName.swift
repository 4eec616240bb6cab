// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import X509

/// Takes the one name of the configured kind from a certificate's subject alternative names.
///
/// In doubt it refuses: two names of the kind would let the holder choose who to be.
enum CertificateName {
    /// More names than this are suspicious and costly to check.
    static let mostNames = 64
    /// Limit of SPIFFE IDs (SPIFFE-ID §2.3), used for every URI.
    static let longestURI = 2048
    static let longestDNSName = 253

    /// The name, or nil if there is none, more than one, or one of an unacceptable form.
    static func read(_ names: SubjectAlternativeNames, as subject: CertificateSource.SubjectName)
        -> String?
    {
        guard names.count <= mostNames else { return nil }
        var found: String?
        for name in names {
            switch (name, subject) {
            case (.uniformResourceIdentifier(let text), .uri),
                (.uniformResourceIdentifier(let text), .spiffe), (.dnsName(let text), .dns):
                guard found == nil else { return nil }
                found = text
            default: continue
            }
        }
        guard let found else { return nil }
        switch subject {
        case .uri: return isURI(found) ? found : nil
        case .spiffe: return isURI(found) && isSPIFFE(found) ? found : nil
        case .dns: return isDNSName(found) ? found.lowercased() : nil
        }
    }

    /// Printable ASCII with a scheme, without wildcard and without the delimiters that RFC 3986
    /// excludes.
    private static func isURI(_ text: String) -> Bool {
        guard (1...longestURI).contains(text.utf8.count),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !forbidden.contains($0) }),
            let scheme = text.utf8.firstIndex(of: UInt8(ascii: ":")), scheme > text.utf8.startIndex
        else { return false }
        return text.utf8[..<scheme].allSatisfy {
            isLetter($0) || isDigit($0) || "+-.".utf8.contains($0)
        }
    }

    private static let forbidden: [UInt8] = Array("*\"<>\\^`{|}".utf8)

    /// `spiffe://trust-domain/path` (SPIFFE-ID §2): lower-case domain, no port, query or fragment, a path of
    /// non-empty segments other than `.` and `..`.
    private static func isSPIFFE(_ text: String) -> Bool {
        let scheme = "spiffe://"
        guard text.hasPrefix(scheme) else { return false }
        let parts = text.dropFirst(scheme.count).utf8
            .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard let domain = parts.first, (1...255).contains(domain.count), parts.count > 1,
            domain.allSatisfy({ isLowerOrDigit($0) || "-._".utf8.contains($0) })
        else { return false }
        return parts.dropFirst().allSatisfy { segment in
            !segment.isEmpty && !segment.elementsEqual(".".utf8)
                && !segment.elementsEqual("..".utf8)
                && segment.allSatisfy { isLetter($0) || isDigit($0) || "-._".utf8.contains($0) }
        }
    }

    /// Letters, digits and hyphens in labels of 1 to 63 (RFC 1123 §2.1); `xn--` labels are kept
    /// unchanged.
    private static func isDNSName(_ text: String) -> Bool {
        guard (1...longestDNSName).contains(text.utf8.count) else { return false }
        return text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .allSatisfy { label in
                (1...63).contains(label.count) && label.first != UInt8(ascii: "-")
                    && label.last != UInt8(ascii: "-")
                    && label.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
            }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || isDigit(byte)
    }
}
