{#- company_domain('Sam@mail.Example.com'), ('https://www.example.com/about') -> 'mail.example.com', 'example.com': the
    company's domain out of an e-mail address, a site or a domain. NULL for what is none and for providers of free
    mail, whose domain says nothing about a company; their subdomains and country variants are known by name. -#}
{% macro company_domain(text) -%}
    {#- Under many countries: gmail.com, yahoo.co.uk, mail.hotmail.fr. -#}
    {%- set names = [
        'gmail', 'googlemail', 'yahoo', 'ymail', 'rocketmail', 'hotmail', 'outlook', 'live', 'msn', 'aol', 'gmx',
        'yandex', 'proton', 'protonmail', 'zohomail', 'tutanota',
    ] -%}
    {%- set domains = [
        'web.de', 't-online.de', 'freenet.de', 'icloud.com', 'me.com', 'mac.com', 'mail.com', 'mail.ru', 'pm.me',
        'hey.com', 'fastmail.com', 'qq.com', '163.com', '126.com', 'sina.com', 'naver.com', 'orange.fr', 'wanadoo.fr',
        'free.fr', 'laposte.net', 'sfr.fr', 'libero.it', 'virgilio.it', 'rediffmail.com', 'comcast.net',
        'verizon.net', 'att.net', 'sbcglobal.net', 'btinternet.com', 'bigpond.com', 'seznam.cz', 'wp.pl', 'o2.pl',
        'uol.com.br', 'bol.com.br',
    ] -%}
    case
        when not regexp_matches({{ _host(text) }}, '^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}$') then null
        when regexp_matches({{ _host(text) }}, '^(.*\.)?({{ names | join("|") }})(\.com?)?\.[a-z]{2,3}$') then null
        when regexp_matches({{ _host(text) }}, '^(.*\.)?({{ domains | join("|") | replace(".", "[.]") }})$') then null
        else {{ _host(text) }}
    end
{%- endmacro %}

{#- 'https://www.example.com/about' and 'sam@example.com' -> 'example.com' -#}
{% macro _host(text) -%}
    regexp_replace(regexp_replace(lower(trim({{ text }})), '^([a-z]+://)?([^@/]*@)?(www\.)?', ''), '[/?#:].*$', '')
{%- endmacro %}
