// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Ledger
import Logging
import Outputs
import Settings

/// What a server does of itself beside serving: it keeps the catalog, checks its log, feeds outputs and makes exports.
///
/// All of them only read the log, and append to it as anybody does, so that they begin once it is served and end before
/// it is closed.
struct BackgroundServices: Sendable {
    /// Nil where none is kept.
    let catalog: CatalogKeeping?
    /// Checks the log while it is written.
    let check: LogChecking
    let outputs: OutputsKeeping
    let exports: ExportsKeeping

    /// Begins with all of them; nothing is opened before this returns.
    ///
    /// - Parameter standing: says which configuration an export is made under.
    init(
        of ledger: Ledger, _ settings: DeploymentSettings, _ outputs: [OutputOrder],
        _ standing: ConfigurationStanding, now: @escaping @Sendable () -> UTCInstant,
        logger: Logger
    ) {
        catalog = .start(ledger, settings.log, now: now, logger: logger)
        check = .start(ledger, settings.log, now: now, logger: logger)
        self.outputs = OutputsKeeping(outputs, ledger, now: now, logger: logger)
        exports = .start(
            ledger, settings, configuration: { standing.configuration }, now: now, logger: logger)
    }

    /// Ends them, in the order in which they began.
    func stop() async {
        await catalog?.stop()
        await check.stop()
        await outputs.stop()
        await exports.stop()
    }
}
