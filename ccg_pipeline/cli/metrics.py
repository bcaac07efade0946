"""`ccg metrics`: what Prometheus asks for, printed for its textfile collector.

Belongs here: the verb. Does not belong here: any metric (quality/metrics.py, orchestration/run_metrics.py).
"""

import typer

from ccg_pipeline.cli.gate import editions_asked
from ccg_pipeline.cli.options import Database
from ccg_pipeline.quality.metrics import exposition, metrics_of
from ccg_pipeline.release.bodies import terms_in_force
from ccg_pipeline.settings import database_url
from ccg_pipeline.storage.database import open_for_reading


def metrics(database: Database = "") -> None:
    """Print metrics for Prometheus: rows, refusals, waiting bodies, the age of data, releases, last runs."""
    from ccg_pipeline.orchestration.instance import dagster_instance
    from ccg_pipeline.orchestration.run_metrics import run_metric

    url = database or database_url()
    found = list(metrics_of(open_for_reading(url), terms_in_force(editions_asked())))
    with dagster_instance(url) as instance:
        found.append(run_metric(instance))
    typer.echo(exposition(found), nl=False)
