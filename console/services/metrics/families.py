"""Every metric there is: its name, what it counts, and its labels. docs/monitoring.md tells them in the same words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

PREFIX = "changeover_"


@dataclass(frozen=True)
class Family:
    """A metric as Prometheus knows it; `name` is without the prefix, and without the `_total` of a counter."""

    name: str
    type: Literal["gauge", "counter", "histogram"]
    help: str
    labels: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """As it stands on the page of metrics, `_total` included."""
        return f"{PREFIX}{self.name}{'_total' if self.type == 'counter' else ''}"

    def of(self, samples: Iterable[tuple[tuple[str, ...], float]]) -> Metric:
        """The metric with one sample for each of (values of the labels, value)."""
        made: CounterMetricFamily | GaugeMetricFamily
        if self.type == "counter":
            made = CounterMetricFamily(PREFIX + self.name, self.help, labels=self.labels)
        else:
            made = GaugeMetricFamily(PREFIX + self.name, self.help, labels=self.labels)
        for values, value in samples:
            made.add_metric(values, value)
        return made

    def one(self, value: float) -> Metric:
        """The metric with its only sample."""
        return self.of([((), value)])

    def histograms(self, found: Mapping[tuple[str, ...], tuple[list[tuple[str, float]], float]]) -> Metric:
        """The metric with a histogram for each: cumulative counts by upper bound, and the sum of all values."""
        made = HistogramMetricFamily(PREFIX + self.name, self.help, labels=self.labels)
        for values, (buckets, total) in found.items():
            made.add_metric(values, buckets, total)
        return made


CLUSTER_INFO = Family(
    "cluster_info", "gauge", "What a cluster is; always 1.", ("cluster", "site", "driver", "generation")
)
CLUSTER_MAIL = Family(
    "cluster_mail", "gauge", "1 for how mail was at the last observation, 0 for the others.", ("cluster", "state")
)
CLUSTER_ACTIVE = Family(
    "cluster_active", "gauge", "1 for who had the group at the last observation, 0 for the others.", ("cluster", "role")
)
CLUSTER_DIRECTORY = Family(
    "cluster_directory", "gauge", "1 for whether the directory named who had the group.", ("cluster", "state")
)
CLUSTER_CHECKS = Family(
    "cluster_checks", "gauge", "Checks of the last observation by their verdict.", ("cluster", "verdict")
)
CLUSTER_AGE = Family(
    "cluster_observation_age_seconds", "gauge", "Age of what is known; +Inf if there is nothing.", ("cluster",)
)
CLUSTER_READINESS = Family(
    "cluster_readiness", "gauge", "Readiness for a failover, 0 to 100; NaN: nothing could be checked.", ("cluster",)
)
CLUSTER_MAINTENANCE = Family(
    "cluster_maintenance", "gauge", "Whether a maintenance window of the cluster is open.", ("cluster",)
)
CLUSTER_ALARMS = Family("cluster_alarms", "gauge", "Alarms that nobody has acknowledged.", ("cluster",))
NODE_ANSWERS = Family("node_answers", "gauge", "Whether a node answered the last observation.", ("cluster", "node"))

OPERATIONS_OPEN = Family("operations_open", "gauge", "Operations that are not over.", ("kind", "status"))
OPERATIONS_ENDED = Family("operations_ended", "counter", "Operations that have ended, and how.", ("kind", "status"))
OPERATIONS_TAKEN_OVER = Family(
    "operations_taken_over", "counter", "Times that another worker carried on what its own had left.", ("kind",)
)
OPERATIONS_TO_ACKNOWLEDGE = Family(
    "operations_to_acknowledge", "gauge", "Operations that are over and that a person has to look at.", ("why",)
)
OPERATION_SECONDS = Family(
    "operation_duration_seconds", "histogram", "From the first worker to the ending.", ("kind", "status")
)
CLAIM_SECONDS = Family(
    "operation_claim_delay_seconds", "histogram", "From the confirmation or event to the first worker.", ("kind",)
)
OUTAGE_SECONDS = Family(
    "outage_duration_seconds", "histogram", "Mail down, to the proof that it is up again.", ("kind",)
)
LEASES = Family("leases", "gauge", "Running operations whose worker is heard of, and whose is not.", ("state",))
WAITING = Family("waiting", "gauge", "What no worker has taken up yet.", ("what",))
WAITING_SECONDS = Family("waiting_oldest_seconds", "gauge", "How long the oldest of these has waited.", ("what",))
APPROVALS = Family("approvals_open", "gauge", "Approvals that were asked for and not used yet.", ("state",))
GLOBAL_STOP = Family("global_stop", "gauge", "Whether the console starts nothing anywhere.")

WORKERS = Family("workers", "gauge", "Workers seen lately to take messages.", ("site", "duty"))
WORKER_AGE = Family(
    "worker_last_seen_age_seconds", "gauge", "Since the last one was seen; +Inf if none was.", ("site", "duty")
)
PERIODIC_OVERDUE = Family(
    "periodic_work_overdue_seconds", "gauge", "How late periodic work is: schedulers that are gone.", ("work",)
)

REFUSED = Family("requests_refused", "counter", "Requests of webhook and API that were refused.", ("surface", "cause"))
SIGN_INS_REFUSED = Family("sign_ins_refused", "counter", "Failed sign-ins.")
SIGN_INS_LOCKED = Family("sign_ins_locked", "counter", "Locks after too many failed sign-ins.", ("what",))

AUDIT_RECORDS = Family("audit_records", "counter", "The number of the last record.")
AUDIT_UNSIGNED = Family("audit_unsigned_records", "gauge", "Records after the last one that was signed.")
AUDIT_SIGNED_AGE = Family("audit_signed_age_seconds", "gauge", "Since the end of the audit was signed; +Inf: never.")
ANCHOR_AGE = Family("audit_anchor_age_seconds", "gauge", "Since the place kept a head; +Inf: never.", ("place",))
ANCHOR_WAITING = Family("audit_anchor_waiting", "gauge", "Signed heads that the place lacks.", ("place",))

CLOCK_SKEW = Family("clock_skew_seconds", "gauge", "The clock of the host that answers, less the database's.")
QUEUE_ANSWERS = Family("queue_answers", "gauge", "Whether the queue answers the host that answers this.")

FAMILIES = tuple(made for made in list(globals().values()) if isinstance(made, Family))
