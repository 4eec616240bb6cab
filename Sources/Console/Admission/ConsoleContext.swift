// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Accounts
import ByteCoding
package import Hummingbird
import NIOCore

/// What a console request carries from guard to guard to its endpoint.
package struct ConsoleContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Where the connection comes from.
    package let place: LoginPlace
    /// Who asks; known behind ``Admission``.
    package var visitor = ConsoleVisitor.nobody
    /// What was sent along; there behind ``Admission``.
    package var form = SubmittedForm()

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        place = LoginPlace(
            source.channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) } ?? IPAddress(v4: 0))
    }
}

/// Who a request comes from.
package enum ConsoleVisitor: Sendable {
    /// Nobody who says who they are.
    case nobody
    /// - Parameter secret: of the session, as the cookie has it.
    case session(HeldSession, secret: String)
    case token(AccountIdentity)

    package var identity: AccountIdentity? {
        switch self {
        case .nobody: nil
        case .session(let session, _): session.identity
        case .token(let identity): identity
        }
    }
}
