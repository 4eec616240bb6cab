// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A template's parameter and the bytes of the path that it stands for.
package struct RouteParameter: Hashable, Sendable {
    package var name: String
    /// Offsets from the start of the path.
    package var range: Range<Int>
}

extension RouteTemplate {
    /// The parameters of a path that this template matches, in order.
    func parameters(in path: Span<UInt8>) -> [RouteParameter] {
        var parameters: [RouteParameter] = []
        var start = 1
        for segment in segments where start <= path.count {
            var end = start
            while end < path.count, path[end] != ASCII.slash { end += 1 }
            switch segment {
            case .literal: break
            case .parameter(let name):
                parameters.append(RouteParameter(name: name, range: start..<end))
            case .rest(let name):
                parameters.append(RouteParameter(name: name, range: start..<path.count))
            }
            start = end + 1
        }
        return parameters
    }
}
