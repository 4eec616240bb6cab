// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// One gRPC call: `grpc` of the record.
package struct GRPCFacts: Sendable {
    /// The service with its package, such as `shop.v1.Orders`. From a route that names it, never from a path alone.
    package var service: String?
    package var method: String?
    /// `grpc-status` that the client got, or that the call ended with.
    package var status: UInt64?

    package init(service: String?, method: String?, status: UInt64?) {
        self.service = service
        self.method = method
        self.status = status
    }

    /// Writes the member `grpc` and a comma.
    func write(to text: inout RecordText) {
        text.putObject(#""grpc":{"#) { text in
            text.put(#""method":"#, method, path: "grpc.method")
            text.put(#""service":"#, service, path: "grpc.service")
            text.put(#""status":"#, status)
        }
    }

    /// What readers know of them.
    static let members: [(String, RecordSchema.Form)] = [
        ("grpc.method", .text), ("grpc.service", .text),
        ("grpc.status", .integer(RecordSchema.whole)),
    ]
}
