// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Transport

extension Lane {
    /// Arranges to check an owner in time for its deadline; called after every change that may
    /// bring it forward.
    ///
    /// Here because generic code is not specialised across rooms, and this runs for every event.
    @inline(__always)
    func watch(_ owner: some DeadlineOwner) {
        // Most changes are to later, and the wheel already checks early enough.
        guard owner.nextDeadline.tick < owner.wheelTick else { return }
        watchSooner(owner)
    }
}
