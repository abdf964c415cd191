"""How the steps of a set-up procedure stood on a cluster when somebody last had them proved."""

from django.db import models

from console.models.inventory import Cluster


class ProcedureProof(models.Model):
    """The last proof of a procedure on a cluster, and the one that is asked for."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="procedure_proofs")
    procedure = models.CharField(max_length=64, help_text="Its key in the catalog.")
    asked_at = models.DateTimeField(help_text="When it was last asked for.")
    asked_by_name = models.CharField(max_length=150)
    prove_before = models.DateTimeField(help_text="Not proved by then, it will not be.")
    claimed_at = models.DateTimeField(null=True, blank=True, help_text="When a worker took it up.")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When that was proved, or could not be.")
    error = models.JSONField(null=True, blank=True, help_text="Message and remedy, when it could not be.")
    proved_at = models.DateTimeField(null=True, blank=True, help_text="When `checks` were read.")
    checks = models.JSONField(default=list, help_text="One check for each step and part, by its key.")

    class Meta:
        ordering = ["cluster_id", "procedure"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["cluster", "procedure"], name="one_proof_per_procedure")]

    def __str__(self) -> str:
        return f"proof of {self.procedure} on {self.cluster}"

    @property
    def open(self) -> bool:
        """Whether it is asked for and has not ended."""
        return self.ended_at is None
