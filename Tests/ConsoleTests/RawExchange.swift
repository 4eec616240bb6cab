// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc

/// One request over a socket of its own, byte for byte, read until the other side closes.
enum RawExchange {
    /// Waits on a thread of its own: the tasks' threads are few, and the console needs one to answer.
    static func with(port: Int, _ request: String) async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "raw exchange").async {
                continuation.resume(returning: blocking(port: port, request))
            }
        }
    }

    private static func blocking(port: Int, _ request: String) -> String {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = in_addr_t(UInt32(0x7F00_0001).bigEndian)
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { return "" }
        var bytes = Array(request.utf8)
        guard send(socket, &bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            return ""
        }
        var answer: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(socket, &block, block.count, 0)
            guard count > 0 else { return String(decoding: answer, as: UTF8.self) }
            answer += block[..<count]
        }
    }
}
