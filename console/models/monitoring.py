"""What monitoring asks for and no other row tells: workers that were seen, and totals that only grow."""

from django.db import models


class WorkerSeen(models.Model):
    """When a worker was last there to take messages of one site and duty. By the site's name, as queues are."""

    worker = models.CharField(max_length=128, help_text="Its host name as Celery has it: operations-tokyo@host.")
    site = models.CharField(max_length=63)
    duty = models.CharField(max_length=16, help_text="operations or observation.")
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["site", "duty", "worker"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["worker", "site", "duty"], name="worker_seen_once")]

    def __str__(self) -> str:
        return f"{self.worker}: {self.duty} of {self.site}"


class RunningTotal(models.Model):
    """A number that only grows, so that a counter survives whatever becomes of the rows that it counted.

    A histogram is one row for each bucket (`bucket` is its upper bound, empty: none) and one for the sum.
    """

    name = models.CharField(max_length=64)
    labels = models.CharField(max_length=128, blank=True, help_text="The labels' values, with commas between.")
    bucket = models.CharField(max_length=16, blank=True)
    value = models.FloatField(default=0)

    class Meta:
        ordering = ["name", "labels", "bucket"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["name", "labels", "bucket"], name="one_running_total")]

    def __str__(self) -> str:
        return f"{self.name} {self.labels} {self.bucket}: {self.value:g}"
