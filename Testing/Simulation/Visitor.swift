// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Access
internal import Identity
internal import Ledger

/// A client's connection during one run of the proxy, and its current access.
final class Visitor: SettlementReceiver {
    let number: Int
    private(set) var exchange: Exchange?
    /// What the world does with the steps that settled records lead to.
    private let act: (Visitor, Step) -> Void
    var request: MadeUpRequest?
    var uid: UniqueID?
    /// Counts the accesses, so that events scheduled for an earlier one can be recognised as late.
    var turn = 0
    var relay = Visitor.newRelay
    /// Bytes of the answer that have not left.
    var heldBytes = 0
    /// Whether the access could not go on at once when it began.
    var waitsToBegin = false
    /// Whether a service has been asked.
    var wasForwarded = false
    /// Whether the access went on without a durable record, as its route allows.
    var isUnrecorded = false
    /// Settlements still to come for records that were already acted on: the planted bug.
    var disregarded = 0

    init(number: Int, act: @escaping (Visitor, Step) -> Void) {
        self.number = number
        self.act = act
    }

    /// A proxy has started; the connection now leads to it.
    func connect(_ desk: Desk, _ client: Client) {
        exchange = Exchange(desk: desk, client: client, receiver: self)
        renew()
    }

    /// The proxy is gone.
    func disconnect() {
        exchange = nil
        renew()
    }

    /// Whatever was under way is lost with the connection.
    private func renew() {
        relay.refused()
        leave()
    }

    private static var newRelay: Relay {
        Relay(
            limits: RelayLimits(
                contentBytes: 1_000, contentPause: .init(.milliseconds(50)), contentRate: 0,
                heldBytes: 65_536, holding: .init(.milliseconds(5))))
    }

    /// The access is over.
    func leave() {
        turn += 1
        request = nil
        uid = nil
        heldBytes = 0
        _ = relay.conclude()
        wasForwarded = false
        isUnrecorded = false
    }

    func recordSettled(_ fate: RecordFate) {
        guard disregarded == 0 else {
            disregarded -= 1
            return
        }
        settle(fate)
    }

    /// The simulation's event loops verify credentials themselves.
    func identified(_ identification: Identification) {
        guard let exchange else { return }
        act(self, exchange.identified(identification))
    }

    func settle(_ fate: RecordFate) {
        guard let exchange else { return }
        act(self, exchange.settled(fate))
    }
}
