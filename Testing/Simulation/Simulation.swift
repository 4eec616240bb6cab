// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A seeded world of clients, proxy, ledger and disk, in one thread and on virtual time.
///
/// Relays, exchanges, ledger and verifier are the product's own; only the data plane's sockets, the disk, the clock and
/// randomness are simulated. The same seed gives the same world.
///
/// ## What goes wrong (the fault model)
/// - **Disk**: any single operation fails, with nothing, all or part of it done. After a failed sync, the kernel may
///   forget its pages: reads show them, later syncs skip them, a power cut drops them. The disk is full for one
///   operation, or for a while.
/// - **Process**: killed between any two storage operations or in the middle of a write, while opening, recording,
///   publishing or stopping. What it wrote stays in the kernel.
/// - **Power**: cut at the same points. What was synced stays; of everything else, each sector of 512 bytes survives or
///   not, and a file ends with its last surviving sector.
/// - **Clock**: steps of up to a day, back and forth.
/// - **Clients and services**: slow, failing, with long answers, going away, many at once; more than the queue takes.
/// - **Onlookers**: readers look at the files between any two storage operations, and remember what they were shown.
/// - **Threads**: the housekeeper publishes between any two steps of the writer that touch the disk.
///
/// ## What is not modelled
/// Wrong bits (the fault matrix has them), a sector torn inside, a disk that syncs and lies, a lost rename, segments
/// beyond the first, two threads inside the same few instructions, an attacker.
///
/// ## What is checked
/// - `RecordedBeforeForwarded`, `RecordedBeforeAnswered`: when a request or an answer goes out, the record that its
///   route asks for is on the disk's stable image; what a route lets out unrecorded is counted.
/// - `DurableBeforeAcknowledged`: so is every record when the ledger acknowledges it.
/// - `SizeNeverShrinks`: whatever was durable is found by every later start, in its place; every checkpoint ever signed
///   for a durable group belongs to the one sequence of trees through which the log has grown.
/// - `ShownOnceDurable`: so does every checkpoint that a reader was ever shown.
/// - `GapsAreRecorded`: sequence numbers that were lost are named.
/// - The log opens after every kill and power cut, unless the disk itself fails then.
/// - `Verification` finds nothing else wrong, after starts and at the end.
package struct Simulation: Sendable {
    package let seed: UInt64
    /// A bug to plant, to see that it is found.
    package var bug: PlantedBug?
    /// Whether the log acknowledges before the sync; never with a bug planted, which are bugs of logs that wait.
    var acknowledgesWritten: Bool { bug == nil && seed % 3 == 0 }
    /// How many things happen before the world comes to rest.
    package var length: Int

    package init(seed: UInt64, bug: PlantedBug? = nil, length: Int = 250) {
        self.seed = seed
        self.bug = bug
        self.length = length
    }

    /// The result of a simulation.
    package struct Outcome: Sendable {
        package init() {}

        /// What was found wrong; nil if nothing.
        package var violation: String?
        package var accesses = 0
        package var forwarded = 0
        package var records = 0
        package var starts = 0
        /// Kills and power cuts.
        package var crashes = 0
        /// Disk operations that failed.
        package var faults = 0
        /// Records that were rejected for lack of space.
        package var rejected = 0
        /// What happened, one line each: the same for the same seed.
        package var story: [String] = []
    }

    package func run() async throws -> Outcome {
        let world = try SimulatedWorld(self)
        return try await world.run()
    }
}
