// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The numbers of all lanes as metrics, read once.
struct TrafficReading {
    let layout: TrafficLayout
    /// By slot.
    let services: [String]
    /// Addresses by number.
    let listeners: [String]
    let lanes: [OwnedCells]

    var metrics: [Metric] {
        [requests, refusals, durations, phases]
            + PoolGauge.allCases.map(pool) + [upstreamHandshakes, handshakes]
    }

    private func sum(_ cell: Int) -> UInt64 { lanes.reduce(0) { $0 &+ $1.value(of: cell) } }

    private func histogram(_ start: Int) -> HistogramSnapshot {
        var all = HistogramSnapshot(layout.bounds)
        for lane in lanes { all.add(lane, at: start) }
        return all
    }

    /// The services to show: the shared slot is left out while it is empty.
    private var slots: [(slot: ServiceSlot, name: String)] {
        services.enumerated().compactMap { number, name in
            number == ServiceSlot.other.number && services.count < layout.mostServices
                ? nil : (ServiceSlot(number: number), name)
        }
    }

    private var requests: Metric {
        var samples: [Metric.Sample] = []
        for (slot, service) in slots {
            for (listener, address) in listeners.enumerated() {
                for (effect, name) in layout.effects.enumerated() {
                    samples.append(
                        Metric.Sample(
                            sum(layout.requests(listener, effect, slot)),
                            labels: [
                                .init("listener", address), .init("service", service),
                                .init("effect", name),
                            ]))
                }
            }
        }
        return Metric(
            "countersign_requests_total", help: "Requests that are over, by how they ended.",
            kind: .counter, samples: samples)
    }

    private var refusals: Metric {
        Metric(
            "countersign_refusals_total",
            help: "Requests that were refused or that their service failed, by reason.",
            kind: .counter,
            samples: layout.reasons.enumerated().map { number, reason in
                .init(sum(layout.refusals(number)), labels: [.init("reason", reason)])
            })
    }

    private var durations: Metric {
        Metric(
            "countersign_request_duration_seconds",
            help: "Time from a request's head to the last byte of its answer.",
            kind: .histogram,
            samples: slots.map { slot, service in
                .init(histogram(layout.duration(slot)), labels: [.init("service", service)])
            })
    }

    /// Only what was waited for: requests to most services never wait for most of it.
    private var phases: Metric {
        var samples: [Metric.Sample] = []
        for (slot, service) in slots {
            for phase in RequestPhase.allCases {
                let histogram = histogram(layout.phase(phase, slot))
                guard histogram.count > 0 else { continue }
                samples.append(
                    .init(
                        histogram,
                        labels: [.init("service", service), .init("phase", phase.label)]))
            }
        }
        return Metric(
            "countersign_request_phase_duration_seconds",
            help: "Time that requests waited, by what for.", kind: .histogram, samples: samples)
    }

    private func pool(_ gauge: PoolGauge) -> Metric {
        Metric(
            gauge.metric.name, help: gauge.metric.help, kind: .gauge,
            samples: slots.dropFirst().map { slot, service in
                .init(sum(layout.pool(gauge, slot)), labels: [.init("service", service)])
            })
    }

    private var upstreamHandshakes: Metric {
        Metric(
            "countersign_upstream_handshakes_total",
            help: "TLS handshakes with services, by how they ended.", kind: .counter,
            samples: slots.dropFirst().flatMap { slot, service in
                HandshakeResult.allCases.map { result in
                    .init(
                        sum(layout.upstreamHandshakes(result, slot)),
                        labels: [.init("service", service), .init("result", result.label)])
                }
            })
    }

    private var handshakes: Metric {
        Metric(
            "countersign_tls_handshakes_total",
            help: "TLS handshakes of clients, by how they ended.", kind: .counter,
            samples: listeners.enumerated().flatMap { number, address in
                HandshakeResult.allCases.map { result in
                    .init(
                        sum(layout.handshakes(number, result)),
                        labels: [.init("listener", address), .init("result", result.label)])
                }
            })
    }
}
