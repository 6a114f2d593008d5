{#- Before anything runs: plain dbt, typed by hand, finds its file as a copy of the published warehouse, so that a single
    model can be built. A run has an id in the environment, and begins with an empty file. -#}
{% macro begin_as_published() -%}
    {%- set tables_here = 'duckdb_tables() where database_name = current_database()' -%}
    {%- set is_by_hand = env_var('OUTBOUND_RUN_ID', 'none, by hand') == 'none, by hand' -%}
    {%- if execute and is_by_hand and not _has_rows(tables_here) -%}
        {%- set published = target.path | replace('build.duckdb', 'warehouse.duckdb') | replace("'", "''") -%}
        {%- if published != target.path and _has_rows("glob('" ~ published ~ "')") -%}
            {%- do run_query("attach '" ~ published ~ "' as published (read_only)") -%}
            {%- do run_query('copy from database published to ' ~ target.database) -%}
            {%- do run_query('detach published') -%}
            {#- dbt looked at the file before it had any table. -#}
            {%- set views_here = 'duckdb_views() where not internal and database_name = current_database()' -%}
            {%- for relation in run_query(
                "select schema_name, table_name, 'table' from " ~ tables_here
                ~ " union all select schema_name, view_name, 'view' from " ~ views_here
            ).rows -%}
                {%- do adapter.cache_added(api.Relation.create(target.database, relation[0], relation[1], type=relation[2])) -%}
            {%- endfor -%}
        {%- elif not _has_rows(source('operations', 'run_parameters')) -%}
            {{ exceptions.raise_compiler_error(
                'Nothing has been pulled yet: `make run` in the project folder first (without a key it is demo data: '
                ~ '--target demo)'
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{%- macro _has_rows(table) -%}
    {{ return(run_query('select 1 from ' ~ table ~ ' limit 1').rows | length > 0) }}
{%- endmacro %}
