{#- After everything was built: the rules of all rows (valid_rows) at once, where a run leaves them out as tests. Each test costs a run
    as much as a small model, and there is one for nearly every table. One table after the other, because together they need more
    memory than there is. What is broken ends the run, one line a table. -#}
{% macro rules_at_once() -%}
    {%- if execute and 'test_name:valid_rows' in (invocation_args_dict.get('exclude') or []) -%}
        {%- set built = [] -%}
        {%- for result in results if result.status == 'success' %}{% do built.append(result.node.unique_id) %}{% endfor -%}
        {%- set queries = [] -%}
        {%- for test in graph.nodes.values() if test.get('test_metadata', {}).get('name') == 'valid_rows' -%}
            {%- if test.attached_node in built -%}
                {%- set rules = dict(test.test_metadata.kwargs) -%}
                {%- do rules.pop('model') -%}
                {%- do rules.pop('column_name', none) -%}
                {%- set table = graph.nodes[test.attached_node] -%}
                {%- do queries.append(
                    "select '" ~ table.name ~ "', rule, broken_by from (" ~ broken_rules(table.relation_name, **rules) ~ ')'
                ) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if queries %}
create or replace temp table rules_broken (table_name varchar, rule varchar, broken_by bigint);
{% for query in queries -%}
insert into rules_broken {{ query }};
{% endfor -%}
select error(string_agg(line, chr(10) order by line))
from (
    select table_name || ': ' || string_agg(rule || ' (' || broken_by || ' rows break it)', '; ' order by rule) as line
    from rules_broken
    group by table_name
) as lines
having count(*) > 0
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
