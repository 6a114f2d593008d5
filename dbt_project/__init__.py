"""The warehouse: the dbt project, and the few lines that run dbt in this process."""
