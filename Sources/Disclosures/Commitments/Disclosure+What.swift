// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// A resource that a request was about: an item of `resources` in the group `what`.
package struct DisclosedResource: Hashable, Sendable {
    package var type: String
    package var uid: String

    package init(type: String, uid: String) {
        self.type = type
        self.uid = uid
    }
}

extension Disclosure {
    /// Commits to what a request asked for: `http.host`, `http.path`, `http.path_original`, `http.query`, `resources`.
    ///
    /// Values of the query that are secrets by name (``SecretParameters``) are left out.
    ///
    /// Usually two allocations: the object and its bytes. Its hash is computed when first needed.
    ///
    /// - Parameters:
    ///   - host: `Host` of a request that was refused before it was understood; empty for all
    ///     others, whose host is in the leaf.
    ///   - path: canonical path, as it was routed and forwarded; of a request that was refused before it was
    ///     understood, as received. Bytes that are not UTF-8 are replaced.
    ///   - originalPath: as received, if that is not the canonical path; otherwise empty.
    ///   - query: query without its question mark, as sent; empty if there is none.
    ///   - subject: the data subject if a rule names one, otherwise the tenant.
    package static func what(
        host: [UInt8] = [], path: Span<UInt8>, originalPath: [UInt8] = [],
        query: Span<UInt8>, resources: [DisclosedResource] = [], subject: SubjectKey, salt: Salt
    ) -> Disclosure {
        if host.isEmpty, resources.isEmpty, path.isPlain, originalPath.isEmpty, query.isPlain,
            SecretParameters.values(in: query).isEmpty
        {
            return plain(path: path, query: query, subject: subject, salt: salt)
        }
        return any(
            host: host, path: path, originalPath: originalPath, query: query, resources: resources,
            subject: subject, salt: salt)
    }

    /// Commits to what needs neither escaping nor cutting, in text of known length.
    private static func plain(
        path: Span<UInt8>, query: Span<UInt8>, subject: SubjectKey, salt: Salt
    ) -> Disclosure {
        let start = CommitmentText.start(.what)
        let (pathName, queryName): (StaticString, StaticString) = (
            #""http.path":""#, #""http.query":""#
        )
        var count = start.utf8CodeUnitCount + Salt.byteCount + 2
        if !path.isEmpty { count += pathName.utf8CodeUnitCount + path.count + 1 }
        if !query.isEmpty { count += queryName.utf8CodeUnitCount + query.count + 1 }
        if !path.isEmpty, !query.isEmpty { count += 1 }
        var preimage: [UInt8] = []
        preimage.append(addingCapacity: count) { text in
            text.append(start)
            salt.append(to: &text)
            text.append("{")
            if !path.isEmpty {
                text.append(pathName)
                text.append(path)
                text.append("\"")
            }
            if !path.isEmpty, !query.isEmpty { text.append(",") }
            if !query.isEmpty {
                text.append(queryName)
                text.append(query)
                text.append("\"")
            }
            text.append("}")
        }
        return Disclosure(
            group: .what, subject: subject, preimage: preimage,
            saltOffset: start.utf8CodeUnitCount, truncated: [])
    }

    /// Commits to any of these, member by member.
    static func any(
        host: [UInt8], path: Span<UInt8>, originalPath: [UInt8] = [],
        query: Span<UInt8>, resources: [DisclosedResource], subject: SubjectKey, salt: Salt
    ) -> Disclosure {
        var text = CommitmentText(.what, salt: salt, reserving: path.count + query.count + 40)
        var truncated: [String] = []
        text.writer.append("{")
        if !host.isEmpty {
            text.writer.append(#""http.host":"#)
            if text.writer.appendJSONString(host.span) { truncated.append("http.host") }
            text.writer.append(",")
        }
        if !path.isEmpty {
            text.writer.append(#""http.path":"#)
            if text.writer.appendJSONString(path) { truncated.append("http.path") }
            text.writer.append(",")
        }
        if !originalPath.isEmpty {
            text.writer.append(#""http.path_original":"#)
            if text.writer.appendJSONString(originalPath.span) {
                truncated.append("http.path_original")
            }
            text.writer.append(",")
        }
        if !query.isEmpty {
            text.writer.append(#""http.query":"#)
            if text.writer.appendJSONString(withoutSecrets: query) {
                truncated.append("http.query")
            }
            text.writer.append(",")
        }
        if !resources.isEmpty {
            text.writer.append(#""resources":["#)
            for resource in resources.prefix(RecordLimits.arrayItems) {
                text.writer.append(#"{"type":"#)
                let isCut = text.writer.appendJSONString(Array(resource.type.utf8).span)
                text.writer.append(#","uid":"#)
                if text.writer.appendJSONString(Array(resource.uid.utf8).span) || isCut {
                    truncated.append("resources")
                }
                text.writer.append("},")
            }
            text.writer.closeLast(with: UInt8(ascii: "]"))
            text.writer.append(",")
        }
        text.writer.closeLast(with: UInt8(ascii: "}"))
        return Disclosure(
            group: .what, subject: subject, preimage: text.writer.bytes,
            saltOffset: text.saltOffset,
            truncated: truncated)
    }
}

extension ByteWriter {
    /// Appends a query as a JSON string, without the values that should not be kept.
    fileprivate mutating func appendJSONString(withoutSecrets query: Span<UInt8>) -> Bool {
        let values = SecretParameters.values(in: query)
        guard !values.isEmpty else { return appendJSONString(query) }
        return appendJSONString(SecretParameters.query(query, without: values).span)
    }

    /// Turns the comma after the last member or item into the end of the object or array.
    mutating func closeLast(with end: UInt8) {
        if last == UInt8(ascii: ",") { replaceLast(with: end) } else { append(end) }
    }
}
