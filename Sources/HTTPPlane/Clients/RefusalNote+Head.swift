// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Access
internal import AccessModel
internal import HTTPWire

extension RefusalNote {
    /// For a head that was refused.
    init(_ fault: RequestFault, _ head: RefusedHead, _ limits: Limits) {
        let words: String
        switch fault.kind {
        case .headTooLarge: words = "more than \(limits.headBytes) bytes"
        case .tooManyFields: words = "more than \(limits.fields) fields"
        case .targetTooLong: words = "more than \(limits.targetBytes) bytes"
        case .malformedHost where !head.hasHost: words = "no Host field"
        default:
            self.init(
                head.words(at: fault.offset), forClient: head.wordsForClient(at: fault.offset),
                method: head.method(of: fault), host: head.host, path: head.path,
                query: head.query)
            return
        }
        self.init(words, host: head.host, path: head.path, query: head.query)
    }

    /// For a head that did not end.
    init(unfinished head: RefusedHead, bytes: Int) {
        self.init(
            "after \(bytes) bytes of a head", host: head.host, path: head.path, query: head.query)
    }

    /// For a request that was understood, on a connection that does not serve it.
    init(_ detail: String, _ head: RequestHead) {
        self.init(
            detail, method: head.method, host: Array(head.bytes(of: head.authority)),
            path: Array(head.bytes(of: head.originalPath ?? head.path)),
            query: head.query.map { Array(head.bytes(of: $0)) } ?? [])
    }
}

extension RefusedHead {
    /// The method of a request that is well formed, and refused for what it asks.
    fileprivate func method(of fault: RequestFault) -> Method? {
        switch fault.kind {
        case .methodNotSupported, .unknownExpectation: method.map { Method($0) }
        default: nil
        }
    }
}
