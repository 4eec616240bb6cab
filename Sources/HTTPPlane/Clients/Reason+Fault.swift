// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import HTTPWire

extension Reason {
    /// The reason given for a refused head. The compiler ensures one for every fault.
    package init(_ fault: RequestFault.Kind) {
        self =
            switch fault {
            case .malformedRequestLine: .malformedRequestLine
            case .malformedHeader: .malformedHeader
            case .malformedTarget: .malformedTarget
            case .malformedHost: .malformedHost
            case .malformedPath: .malformedPath
            case .ambiguousFraming: .ambiguousFraming
            case .unsupportedTransferCoding: .unsupportedTransferCoding
            case .unsupportedVersion: .unsupportedVersion
            case .methodNotSupported: .methodNotSupported
            case .unknownExpectation: .unknownExpectation
            case .headTooLarge: .headTooLarge
            case .tooManyFields: .tooManyFields
            case .targetTooLong: .targetTooLong
            }
    }

    /// The reason given for a refused body.
    package init(_ fault: ChunkFault.Kind) {
        self =
            switch fault {
            case .malformedChunk: .malformedChunk
            case .framingOverhead: .framingOverhead
            }
    }
}
