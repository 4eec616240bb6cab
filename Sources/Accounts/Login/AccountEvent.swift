// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A login or its end, which is recorded.
package enum AccountEvent: Hashable, Sendable {
    /// An account is about to have a session.
    case logOn(account: String)
    /// A session has been ended by whoever held it.
    case logOff(account: String)
    /// A password was wrong, or the name.
    ///
    /// - Parameters:
    ///   - account: the one that was named; nil where there is none of the name, which is then written nowhere: it
    ///     may be a password that was entered in the wrong place.
    ///   - heldBack: how many attempts were not even looked at since the last such record.
    case refused(account: String?, heldBack: UInt64)
    /// Somebody asked for what takes a right that they lack.
    case denied(account: String, Right)
}

/// What an account office needs done: records that are durable when a call returns, and changes of the accounts file.
package struct AccountKeeping: Sendable {
    /// Writes a record; blocks until it is durable.
    package var record: @Sendable (AccountEvent, AccountActor) throws -> Void
    /// Does a change: its record first, then the file. Blocks until both are durable, and hands over what the file
    /// holds then before anybody else can change it.
    package var commit:
        @Sendable (AccountChange, AccountActor, _ inForce: (AccountBook) -> Void) throws -> Void

    package init(
        record: @escaping @Sendable (AccountEvent, AccountActor) throws -> Void,
        commit:
            @escaping @Sendable (AccountChange, AccountActor, (AccountBook) -> Void) throws -> Void
    ) {
        self.record = record
        self.commit = commit
    }
}
