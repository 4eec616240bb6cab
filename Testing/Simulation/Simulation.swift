// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A seeded world of clients, proxy, ledger and disk, in one thread and on virtual time.
///
/// The relays, the exchanges, the ledger and the verifier are the product's own; only the data plane's sockets, the disk, the clock
/// and chance are made up. The same seed gives the same world.
///
/// ## What goes wrong (the fault model)
/// - **Disk**: any single operation fails, with nothing, all or a part of it done. A sync that fails may leave its
///   pages forgotten: reads show them, later syncs skip them, a power cut drops them. The disk is full for one operation, or
///   for a while.
/// - **Process**: killed between any two storage operations or in the middle of a write, while opening, recording,
///   publishing or stopping. What it wrote stays in the kernel.
/// - **Power**: cut at the same points. What was synced stays; of everything else each sector of 512 bytes is there or
///   not, and a file is as long as its last sector that is.
/// - **Clock**: steps of up to a day, back and forth.
/// - **Clients and services**: slow, failing, long answers, going away, many at once; more than the queue takes.
/// - **Onlookers**: somebody reads the files between any two storage operations, and remembers whatever was shown.
/// - **Threads**: the housekeeper publishes between any two steps of the writer that touch the disk.
///
/// ## What is not modelled
/// Wrong bits (the fault matrix has them), a sector torn inside, a disk that syncs and lies, a lost rename, segments
/// beyond the first, two threads inside the same few instructions, an attacker.
///
/// ## What is checked
/// - `RecordedBeforeForwarded`, `RecordedBeforeAnswered`: when a request or an answer goes out, the record that its
///   route asks for is on the disk's stable image; what a route lets out unrecorded is counted.
/// - `DurableBeforeAcknowledged`: so is every record, at the moment that the ledger says so.
/// - `SizeNeverShrinks`: what once was durable is found by every later start, in its place; every checkpoint that was
///   ever signed for a durable group is of the one line of trees that the log has grown through.
/// - `ShownOnceDurable`: every checkpoint that any reader was ever shown is of that line, too.
/// - `GapsAreRecorded`: numbers that were given and lost are named.
/// - The log opens after every end, unless the disk itself fails then.
/// - `Verification` finds nothing else wrong, after starts and in the end.
package struct Simulation: Sendable {
    package let seed: UInt64
    /// A bug to plant, in order to see it found.
    package var bug: PlantedBug?
    /// How many things happen before the world comes to rest.
    package var length: Int

    package init(seed: UInt64, bug: PlantedBug? = nil, length: Int = 250) {
        self.seed = seed
        self.bug = bug
        self.length = length
    }

    /// What came of a simulation.
    package struct Outcome: Sendable {
        package init() {}

        /// What was found wrong; nil where nothing was.
        package var violation: String?
        package var accesses = 0
        package var forwarded = 0
        package var records = 0
        package var starts = 0
        /// Ends of the process or of the power.
        package var crashes = 0
        /// Disk operations that failed.
        package var faults = 0
        /// Records that were rejected for want of space.
        package var rejected = 0
        /// What happened, one line each: the same for the same seed.
        package var story: [String] = []
    }

    package func run() async throws -> Outcome {
        let world = try SimulatedWorld(self)
        return try await world.run()
    }
}
