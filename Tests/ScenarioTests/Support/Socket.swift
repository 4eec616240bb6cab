// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A blocking TCP socket on loopback, closed with its owner.
final class Socket: Sendable {
    let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// - Parameter window: how many bytes may wait to be received; nil: as the system likes.
    static func connected(to port: Int, window: Int32? = nil) throws -> Socket {
        let socket = try make()
        if var window {
            setsockopt(
                socket.descriptor, SOL_SOCKET, SO_RCVBUF, &window,
                socklen_t(MemoryLayout<Int32>.size))
        }
        var limit = timeval(tv_sec: Int(patience.components.seconds), tv_usec: 0)
        setsockopt(
            socket.descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit,
            socklen_t(MemoryLayout<timeval>.size))
        guard withLoopback(port, { connect(socket.descriptor, $0, $1) }) == 0 else {
            throw ScenarioFault("cannot connect to port \(port): error \(errno)")
        }
        return socket
    }

    static func listening() throws -> (socket: Socket, port: Int) {
        let socket = try make()
        guard withLoopback(0, { bind(socket.descriptor, $0, $1) }) == 0,
            listen(socket.descriptor, 64) == 0
        else { throw ScenarioFault("cannot listen: error \(errno)") }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = getsockname(socket.descriptor, $0, &length)
            }
        }
        return (socket, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// The next connection, or nil once the socket is shut down.
    func accepted() -> Socket? {
        let accepted = accept(descriptor, nil, nil)
        guard accepted >= 0 else { return nil }
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        return Socket(accepted)
    }

    func shutDown() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    func send(_ text: String) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw ScenarioFault("cannot send: error \(errno)") }
            rest = rest.dropFirst(count)
        }
    }

    /// What has arrived; empty at the end.
    func receive() throws -> ArraySlice<UInt8> {
        var block = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &block, block.count, 0)
        guard count >= 0 else { throw ScenarioFault("cannot receive: error \(errno)") }
        return block[..<count]
    }

    private static func make() throws -> Socket {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_INET, kind, 0)
        guard descriptor >= 0 else { throw ScenarioFault("no socket: error \(errno)") }
        return Socket(descriptor)
    }

    private static func withLoopback(
        _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = in_addr_t(UInt32(0x7F00_0001).bigEndian)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
