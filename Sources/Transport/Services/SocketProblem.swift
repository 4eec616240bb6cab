// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import NIOCore
internal import NIOPosix

/// Why a socket failed, in words that name the cause, not the place in the library that noticed it.
package struct SocketProblem {
    package let words: String
    package let isTimeout: Bool

    package init(_ error: any Error) {
        switch error {
        case let error as IOError: self.init(number: error.errnoCode)
        case let error as NIOConnectionError:
            // Several addresses may have been tried; the first failure is as good a cause as any.
            if let first = error.connectionErrors.first {
                self.init(first.error)
            } else {
                self.init("the host's name is not known", isTimeout: false)
            }
        case ChannelError.connectTimeout: self.init("connecting took too long", isTimeout: true)
        case is SocketAddressError:
            self.init("the host's name is not known", isTimeout: false)
        case ChannelError.eof, ChannelError.ioOnClosedChannel, ChannelError.alreadyClosed:
            self.init("connection closed", isTimeout: false)
        default: self.init("connection failed", isTimeout: false)
        }
    }

    private init(_ words: String, isTimeout: Bool) {
        self.words = words
        self.isTimeout = isTimeout
    }

    private init(number: CInt) {
        switch number {
        case ECONNREFUSED: self.init("connection refused", isTimeout: false)
        case ECONNRESET, EPIPE: self.init("connection reset", isTimeout: false)
        case ECONNABORTED: self.init("connection aborted", isTimeout: false)
        case ETIMEDOUT: self.init("connection timed out", isTimeout: true)
        case EHOSTUNREACH: self.init("no route to the host", isTimeout: false)
        case EHOSTDOWN: self.init("the host is down", isTimeout: false)
        case ENETUNREACH: self.init("no route to the network", isTimeout: false)
        case ENETDOWN: self.init("the network is down", isTimeout: false)
        case EADDRINUSE: self.init("the address is in use", isTimeout: false)
        case EADDRNOTAVAIL:
            self.init("no local address or port is left for a connection", isTimeout: false)
        case EMFILE, ENFILE:
            self.init("too many files are open here for a connection", isTimeout: false)
        case EACCES, EPERM:
            self.init("this system does not permit the connection", isTimeout: false)
        default: self.init("connection failed with error \(number)", isTimeout: false)
        }
    }
}
