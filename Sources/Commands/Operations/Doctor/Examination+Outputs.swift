// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Messages
import Outputs
import Server

extension Examination {
    /// The receivers of the outputs, reached as the server reaches them; nothing is handed over.
    func outputs() -> [Diagnosis] {
        let orders: [OutputOrder]
        do throws(CommandFailure) {
            orders = try Assembly(
                deployment: deployment, in: CommandContext.current.surroundings
            ).outputs()
        } catch {
            // Said by the examination of the configuration.
            return []
        }
        return orders.map { order in
            let subject = "output \(order.plan.name)"
            let sender = order.receiver.sender(now: CommandContext.current.now)
            do throws(OutputFailure) {
                try sender.check()
            } catch {
                return .bad(subject, "\(error.message)", fix: nil)
            }
            let cautions = order.standing.cautions + sender.cautions
            guard cautions.isEmpty else {
                return .caution(
                    subject,
                    "\(order.receiver.target) is reached, but it \(cautions.joined(separator: "; it "))",
                    fix: nil)
            }
            return .good(subject, "\(order.receiver.target) is reached")
        }
    }
}
