// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords

/// A record of what the proxy did itself, or was told to do, in words: no rule has decided about it.
package struct OwnDoing {
    /// Why there is such a record: a sentence without its full stop.
    package let why: String
    /// Nil where nothing is to be done.
    package let remedy: String?

    /// Nil for accesses.
    ///
    /// - Parameter reason: `event.reason`.
    package init?(_ action: EventAction, reason: String?) {
        switch action {
        case .httpRequest, .databaseStatement, .kubernetesRequest, .mcpMessage, .sessionStart,
            .sessionEnd, .foreignEvent:
            return nil
        case .logStart:
            self.init("The proxy was started, and opened the log")
        case .logStop where reason == StopCause.outcomesLost.rawValue:
            self.init(
                "The proxy was stopped, and the outcomes of some accesses could not be recorded",
                "The next start records them as unknown; make sure that the log has room.")
        case .logStop:
            self.init("The proxy was stopped, and closed the log")
        case .logAdopt:
            self.init("Somebody took a loss upon themselves: the log goes on from what was left")
        case .heartbeat:
            self.init("The proxy tells what it has counted, so that nothing is lost unnoticed")
        case .gap:
            self.init(
                "The proxy admits that records are not in the log: `gap` says which",
                "Look for what happened then in the server's messages; `countersign doctor` says what keeps the log from being written. Once it is known, `countersign log adopt` takes note of it."
            )
        case .configLoaded:
            self.init("A configuration was put in force: `change` says what is new in it")
        case .configRejected:
            self.init(
                "A configuration was refused, and the one before stays in force",
                "`countersign check` lists what is wrong with it, and the server's messages say what a reload refuses; mend it and reload."
            )
        case .logQuery:
            self.init("Somebody was about to be shown what the log holds")
        case .logExport:
            self.init("The log was about to be written out, without personal values")
        case .logTail:
            self.init("Somebody began to follow the log over the admin address, or ceased to")
        case .reviewSignoff:
            self.init("Somebody vouched for having looked at what `review` and `query` say")
        case .keyRotate:
            self.init("A key was about to sign the log beside the one before")
        case .keyRetire:
            self.init("A key was about to sign the log no more")
        case .privacyErase:
            self.init("Keys of personal values were about to be destroyed")
        case .accountCreate: self.init("An account was about to be made")
        case .accountRoles: self.init("An account was about to get other roles")
        case .accountPassword: self.init("An account was about to get another password")
        case .accountRemove: self.init("An account was about to be removed")
        case .tokenCreate: self.init("An access token was about to be good")
        case .tokenRevoke: self.init("An access token was about to be withdrawn")
        case .authLogon where reason == "wrong_password":
            self.init(
                "Somebody tried to log in at the admin address with a wrong name or password",
                "Where nobody knows of it, look at who can reach that address; `countersign user passwd` gives an account another password."
            )
        case .authLogon: self.init("Somebody was about to be logged in at the admin address")
        case .authDenied:
            self.init(
                "Somebody with an account asked for something at the admin address that takes a right they lack",
                "Where they are to have it, `countersign user roles` gives their account another role."
            )
        case .authLogoff: self.init("Somebody logged out at the admin address")
        case .privacyExpire:
            self.init("The keys of months that are over were about to be destroyed")
        case .privacyEraseDone:
            self.init("Keys of personal values were destroyed: what they sealed is erased for good")
        case .privacyRequest:
            self.init(
                "Somebody asked for something that takes two persons: `privacy.wants` says what",
                "`countersign privacy find` lists what is still open; another person approves or refuses it."
            )
        case .privacyApprove:
            self.init("One more person is for a request: `privacy.about` says which")
        case .privacyRefuse:
            self.init("A request was turned down: `privacy.ground` says why")
        case .privacyHold:
            self.init("A hold was placed: nothing of what it names may be destroyed")
        case .privacyRelease:
            self.init("A hold was ended by two persons")
        case .outputReject:
            self.init(
                "A receiver does not take a record that an output hands over: `output` says which, and why",
                "The record itself is in the log; `countersign log get` shows it, and `countersign output replay` hands it over again once the receiver takes it."
            )
        case .outputGap:
            self.init(
                "An output left out records, which were too old for its `max_lag` or put away: `output` says which",
                "They are in the log; `countersign output replay` hands them over, and `countersign log export` writes them."
            )
        }
    }

    private init(_ why: String, _ remedy: String? = nil) {
        self.why = why
        self.remedy = remedy
    }
}
