import csv
import hashlib
import io
from pathlib import Path

import pytest

from extract.importer import csv_file
from extract.importer.mapping import ImportMapping, load_mappings
from extract.importer.table import ImportFile, ImportRow, read_import_file
from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import shown

SHIPPED = load_mappings(Path(__file__).parents[3] / "config" / "import_mappings.yaml")

CRM = ImportMapping(
    name="crm",
    source="crm",
    lead={
        "profile_url": ("Profile", "Link"),
        "first_name": ("First",),
        "last_name": ("Last",),
        "company_name": ("Company",),
    },
    custom_fields={"company_name": ("Company",), "icp": ("ICP",), "source": ("Source",)},
    sender_account_id=("Sender",),
)

HEADER = "Profile,First,Last"
ANN = "https://www.linkedin.com/in/ann-sample,Ann,Sample"
ANN_LEAD = {
    "profile_url": "https://www.linkedin.com/in/ann-sample",
    "first_name": "Ann",
    "last_name": "Sample",
}


def written(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "leads.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(tmp_path: Path, content: str | bytes) -> ImportFile:
    return read_import_file(written(tmp_path, content), {"crm": CRM}, None)


def refusal(path: Path, mappings: dict[str, ImportMapping], mapping_name: str | None = None) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_import_file(path, mappings, mapping_name)
    for problem in caught.value.problems:
        assert "\n" not in problem
        assert "Ann" not in problem
        assert "ann-sample" not in problem
    return str(caught.value)


def test_a_file_becomes_rows_by_its_mapping(tmp_path):
    content = (
        "First,Last,Profile,Company,Sender,ICP,Phone,Source\n"
        "Ann,Sample,https://www.linkedin.com/in/ann-sample,Acme,50001,sre,555,\n"
        "Bo, Muster ,https://www.linkedin.com/in/bo-muster,,,,,webinar\n"
    )
    file = read(tmp_path, content)
    assert file == ImportFile(
        path=tmp_path / "leads.csv",
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        mapping=CRM,
        rows=[
            ImportRow(
                number=2,
                lead=ANN_LEAD | {"company_name": "Acme"},
                fields={"source": "crm", "company_name": "Acme", "icp": "sre"},
                sender_account_id="50001",
            ),
            ImportRow(
                number=3,
                lead={
                    "profile_url": "https://www.linkedin.com/in/bo-muster",
                    "first_name": "Bo",
                    "last_name": "Muster",
                },
                fields={"source": "webinar"},
                sender_account_id=None,
            ),
        ],
        unmapped_columns=["Phone"],
        absent=[],
    )


def test_says_which_targets_the_file_has_no_column_for(tmp_path):
    file = read(tmp_path, f"{HEADER},Notes\n{ANN},x\n")
    assert file.absent == [
        "lead.company_name",
        "custom_fields.company_name",
        "custom_fields.icp",
        "custom_fields.source",
        "sender_account_id",
    ]
    assert file.unmapped_columns == ["Notes"]


def test_a_mapping_without_source_gives_none(tmp_path):
    mapping = ImportMapping("own", None, CRM.lead, {"source": ("Source",)}, ())
    path = written(tmp_path, f"{HEADER},Source\n{ANN},\n{ANN},event\n")
    rows = read_import_file(path, {"own": mapping}, None).rows
    assert [row.fields for row in rows] == [{}, {"source": "event"}]


def test_of_a_targets_headers_the_first_in_the_mapping_counts(tmp_path):
    file = read(tmp_path, "Link,First,Last,Profile\nhttps://example.com,Ann,Sample,the right one\n")
    assert file.rows[0].lead["profile_url"] == "the right one"
    assert file.unmapped_columns == ["Link"]


def test_headers_match_whatever_their_capitals_and_spaces(tmp_path):
    mapping = ImportMapping("own", None, CRM.lead | {"position": ("Job Title",)}, {}, ())
    path = written(tmp_path, f'PROFILE, first ,\u00a0Last\u200b,"job\n  title"\n{ANN},SRE\n')
    assert read_import_file(path, {"own": mapping}, None).rows[0].lead == ANN_LEAD | {"position": "SRE"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_reads_the_encodings_spreadsheets_save(tmp_path, encoding):
    file = read(tmp_path, f"{HEADER},Company\n{ANN},Žižkov Straße 株式会社\n".encode(encoding))
    assert file.rows[0].lead == ANN_LEAD | {"company_name": "Žižkov Straße 株式会社"}


@pytest.mark.parametrize("byte_order_mark", [b"\xff\xfe", b"\xfe\xff"], ids=["little_endian", "big_endian"])
def test_reads_utf_16_of_either_byte_order(tmp_path, byte_order_mark):
    encoding = "utf-16-le" if byte_order_mark == b"\xff\xfe" else "utf-16-be"
    content = byte_order_mark + f"{HEADER}\n{ANN}\n".encode(encoding)
    assert read(tmp_path, content).rows[0].lead == ANN_LEAD


@pytest.mark.parametrize(
    "content",
    [
        f"{HEADER},Company\n{ANN},Žižkov\n".encode("cp1250"),
        f"{HEADER}\n{ANN}\n".encode("utf-16-le"),
        f"{HEADER}\n{ANN}\n".encode("utf-32"),
        bytes(range(256)),
    ],
    ids=["cp1250", "utf_16_without_mark", "utf_32", "binary"],
)
def test_another_encoding_is_an_error_that_says_how_to_save(tmp_path, content):
    assert 'save it as "CSV UTF-8"' in refusal(written(tmp_path, content), {"crm": CRM})


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"], ids=["comma", "semicolon", "tab", "pipe"])
def test_the_header_line_decides_the_delimiter(tmp_path, delimiter):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    # A quoted header holds the other three more often than the header line holds the one that counts.
    others = ",;\t|".replace(delimiter, "") * 6
    writer.writerow(["Profile", "First", "Last", "Company", f'"{others}"'])
    writer.writerow([*ANN.split(","), 'Acme, "A";\t|', "x"])
    file = read(tmp_path, text.getvalue())
    assert file.rows[0].lead == ANN_LEAD | {"company_name": 'Acme, "A"; |'}


def test_the_delimiter_under_which_a_mapping_fits_counts(tmp_path):
    """Unquoted column names hold more commas than there are semicolons between them."""
    header = "Profile;First;Last;Company, as registered, with form, seat, street, and country;ICP"
    file = read(tmp_path, f"{header}\n{ANN.replace(',', ';')};Acme, Inc, Lisbon;sre\n")
    assert file.rows[0].lead == ANN_LEAD
    assert file.rows[0].fields["icp"] == "sre"
    named = read_import_file(tmp_path / "leads.csv", {"crm": CRM, "own": own("own")}, "own")
    assert named.rows[0].lead == ANN_LEAD


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;", "sep=;;;;"])
def test_excels_own_line_names_the_delimiter_and_is_no_row(tmp_path, line):
    text = f"{line}\r\nProfile;First;Last;Company\r\n{ANN.replace(',', ';')};Acme, Inc\r\n"
    [row] = read(tmp_path, text).rows
    assert (row.number, row.lead) == (2, ANN_LEAD | {"company_name": "Acme, Inc"})
    [row] = read(tmp_path, f"sep=^\n{HEADER.replace(',', '^')}\n{ANN.replace(',', '^')}\n").rows
    assert row.lead == ANN_LEAD


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_two_byte_order_marks_are_none(tmp_path, encoding):
    assert read(tmp_path, f"\ufeff{HEADER}\n{ANN}\n".encode(encoding)).rows[0].lead == ANN_LEAD
    told = f"\ufeffsep=;\n{HEADER.replace(',', ';')}\n{ANN.replace(',', ';')}\n"
    assert read(tmp_path, told.encode(encoding)).rows[0].lead == ANN_LEAD


def test_surplus_cells_may_be_blank(tmp_path):
    file = read(tmp_path, f"{HEADER}\n{ANN},,,\n{ANN}, ,\u200b\n")
    assert [row.lead for row in file.rows] == [ANN_LEAD, ANN_LEAD]


def test_evidence_needs_no_names(tmp_path):
    path = written(tmp_path, "LinkedIn URL,Source\nhttps://www.linkedin.com/in/ann-sample,webinar\n")
    assert "fits no mapping" in refusal(path, SHIPPED)
    [row] = read_import_file(path, SHIPPED, None, ("profile_url",)).rows
    assert (row.lead, row.fields) == ({"profile_url": ANN_LEAD["profile_url"]}, {"source": "webinar"})


def test_a_space_before_a_quotation_mark_belongs_to_no_cell(tmp_path):
    file = read(tmp_path, f'{HEADER}, "Company"\n{ANN}, "Acme, Inc"\n')
    assert file.rows[0].lead["company_name"] == "Acme, Inc"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old_mac"])
def test_a_cell_may_hold_quotes_delimiters_and_line_breaks(tmp_path, line_end):
    cell = line_end.join(['"The ""A"" team,', "", 'second floor"'])
    file = read(tmp_path, line_end.join([f"{HEADER},Company", f"{ANN},{cell}", f"{ANN},Acme", ""]))
    assert [(row.number, row.lead["company_name"]) for row in file.rows] == [
        (2, 'The "A" team, second floor'),
        (3, "Acme"),
    ]


def test_line_separators_of_unicode_end_no_row(tmp_path):
    file = read(tmp_path, f"{HEADER},Company\n{ANN},Acme\u2028Labs\u0085\x0bNorth\n")
    assert [row.lead["company_name"] for row in file.rows] == ["Acme Labs North"]


def test_blank_rows_are_skipped_and_counted(tmp_path):
    file = read(tmp_path, f"{HEADER}\n\n{ANN}\n,,\n \u00a0,,,,\n{ANN}\n\n")
    assert [row.number for row in file.rows] == [3, 6]


def test_missing_cells_and_blank_cells_are_absent(tmp_path):
    file = read(tmp_path, f"{HEADER},Company,ICP\n{ANN}\n,Bo, \u200b,Acme\n")
    assert [row.lead for row in file.rows] == [ANN_LEAD, {"first_name": "Bo", "company_name": "Acme"}]


def test_rows_with_more_cells_than_the_header_are_named(tmp_path):
    rows = [ANN, f"{ANN}, ,", *[f"{ANN},,x"] * 11]
    path = written(tmp_path, "\n".join([HEADER, *rows]))
    assert (
        "text in more cells than there are column names in row 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 and 1 more;"
        in (refusal(path, {"crm": CRM}))
    )


def test_control_characters_in_mapped_columns_are_named_with_row_and_column(tmp_path):
    path = written(tmp_path, f"{HEADER},Company,Phone\n{ANN},Acme,\x00\n{ANN},It\x92s,\nx\x00,\x1b,Sample,\n")
    message = refusal(path, {"crm": CRM})
    assert "holds control characters in row 3 (Company), 4 (Profile), 4 (First); remove them" in message


@pytest.mark.parametrize(
    "content",
    [f'{HEADER}\n{ANN}\n"Ann,Sample\n{ANN}\n', f'{HEADER}\n{ANN}\n"An"n,x,y\n', f'{HEADER}\n{ANN}\n"'],
    ids=["never_closed", "text_after_the_quote", "at_the_very_end"],
)
def test_a_quotation_mark_out_of_place_is_an_error_that_names_the_row(tmp_path, content):
    message = refusal(written(tmp_path, content), {"crm": CRM})
    assert "row 3 can't be read as CSV" in message
    assert "quotation mark" in message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        (" \n\n", "is empty"),
        ("\ufeff", "is empty"),
        (",,\n,,\n", "has no column names in its first row"),
        (f"\n{HEADER}\n{ANN}\n", "has no column names in its first row"),
        (f"{ANN}\n{ANN}\n", "has no column names in its first row"),
        ("Ann,Sample,ann@example.com\n", "has no column names in its first row"),
        (HEADER, "has column names and no rows"),
        (f"{HEADER}\n,,\n\n", "has column names and no rows"),
        (b"PK\x03\x04rest", "is an Excel workbook; save it as"),
        (b"\xd0\xcf\x11\xe0rest", "is an Excel workbook; save it as"),
    ],
    ids=[
        "no_bytes",
        "blank_lines",
        "only_a_mark",
        "blank_cells",
        "blank_first_row",
        "a_person_first",
        "an_address_first",
        "only_a_header",
        "a_header_and_blank_rows",
        "xlsx",
        "xls",
    ],
)
def test_a_file_without_rows_is_a_clear_error(tmp_path, content, said):
    path = written(tmp_path, content)
    message = refusal(path, {"crm": CRM})
    assert message.startswith(shown(path))
    assert said in message


def test_a_file_that_cant_be_read_is_a_clear_error(tmp_path):
    assert "can't be read: No such file" in refusal(tmp_path / "absent.csv", {"crm": CRM})
    assert "can't be read: Is a directory" in refusal(tmp_path, {"crm": CRM})


def test_the_size_limits(tmp_path):
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(csv_file.MAX_BYTES + 1)
    assert "is larger than 200 MB" in refusal(path, {"crm": CRM})
    # Blank rows count; reading them is quicker.
    path = written(tmp_path, HEADER + "\n" * (csv_file.MAX_ROWS + 1) + ANN)
    assert "has more than 1,000,000 rows" in refusal(path, {"crm": CRM})


def test_exactly_a_million_rows_are_read(tmp_path):
    file = read(tmp_path, HEADER + "\n" * csv_file.MAX_ROWS + ANN)
    assert [row.number for row in file.rows] == [csv_file.MAX_ROWS + 1]


def test_a_mapped_column_that_is_there_twice_is_an_error(tmp_path):
    path = written(tmp_path, "Profile,First,Last,Company,COMPANY ,Notes,Notes\n")
    message = refusal(path, {"crm": CRM})
    assert "has more than one column named 'Company'; rename or remove" in message


def test_an_unmapped_column_may_be_there_twice_or_have_no_name(tmp_path):
    file = read(tmp_path, f"{HEADER},Notes,Notes,,\n{ANN},a,b,c,\n")
    assert file.unmapped_columns == ["Notes", "Notes"]
    assert file.rows[0].lead == ANN_LEAD


def own(
    name: str, lead: dict[str, tuple[str, ...]] | None = None, **fields: tuple[str, ...]
) -> ImportMapping:
    return ImportMapping(name, name, CRM.lead | (lead or {}), fields, ())


def test_the_mapping_that_recognises_most_columns_is_taken(tmp_path):
    path = written(tmp_path, f"{HEADER},ICP,Batch\n{ANN},sre,b1\n")
    mappings = {
        # Two targets of one column count once.
        "twice": own("twice", icp=("ICP",), role=("ICP",), more=("ICP",)),
        "best": own("best", icp=("ICP",), batch_id=("Batch",)),
        "unfit": own("unfit", {"last_name": ("Surname",)}, icp=("ICP",), batch_id=("Batch",), x=("First",)),
    }
    assert read_import_file(path, mappings, None).mapping == mappings["best"]


def test_a_tie_is_not_decided(tmp_path):
    path = written(tmp_path, f"{HEADER},ICP\n{ANN},sre\n")
    mappings = {"one": own("one", icp=("ICP",)), "less": own("less"), "two": own("two", role=("ICP",))}
    message = refusal(path, mappings)
    assert "fits the mappings one and two equally well" in message
    assert "its columns are 'Profile', 'First', 'Last', 'ICP'; say which with MAPPING=..." in message
    assert "add one in config/import_mappings.yaml" in message


def test_a_file_that_fits_no_mapping_says_what_each_lacks(tmp_path):
    path = written(tmp_path, "Link,Name,Last,Phone\nx,Ann,Sample,5\n")
    message = refusal(path, {"crm": CRM, "other": own("other", {"profile_url": ("URL",)})})
    assert "fits no mapping (crm lacks first_name; other lacks profile_url, first_name)" in message
    assert "its columns are 'Link', 'Name', 'Last', 'Phone'; say which with MAPPING=..." in message


def test_a_named_mapping_beats_the_one_that_fits_better(tmp_path):
    path = written(tmp_path, f"{HEADER},ICP\n{ANN},sre\n")
    mappings = {"better": own("better", icp=("ICP",)), "plain": own("plain")}
    assert read_import_file(path, mappings, "plain").mapping == mappings["plain"]


def test_an_unknown_mapping_is_an_error_with_a_suggestion(tmp_path):
    path = written(tmp_path, f"{HEADER}\n{ANN}\n")
    assert "'cmr' is no mapping of config/import_mappings.yaml; did you mean crm?" in refusal(
        path, {"crm": CRM}, "cmr"
    )


def test_a_named_mapping_whose_columns_are_not_there_says_what_it_looked_for(tmp_path):
    path = written(tmp_path, "URL,First,Last\nx,Ann,Sample\n")
    message = refusal(path, {"crm": CRM}, "crm")
    assert "lacks columns the mapping crm needs (profile_url: 'Profile' or 'Link')" in message
    assert "it has 'URL', 'First', 'Last'" in message


# The columns of real exports as far as they matter here, in the order of the real ones.
EXPORTS = {
    "clay": (
        "Find people,Current Company,First Name,Last Name,Full Name,Job Title,Location,Company Domain,"
        "LinkedIn Profile,Batch ID,Source List,ICP",
        ",Acme,Ann,Sample,Ann Sample,SRE,Lisbon,acme.example,https://www.linkedin.com/in/ann-sample,b1,conf,sre",
        {"company_name": "Acme", "position": "SRE", "location": "Lisbon"},
        {"title": "SRE", "company_name": "Acme", "source_list": "conf", "icp": "sre", "batch_id": "b1"},
        ["Find people", "Full Name", "Company Domain"],
    ),
    "clay, people of a table of companies": (
        "Company Table Data,First Name,Last Name,Full Name,Job Title,Company Domain,LinkedIn Profile",
        "Acme,Ann,Sample,Ann Sample,SRE,acme.example,https://www.linkedin.com/in/ann-sample",
        {"company_name": "Acme", "position": "SRE"},
        {"title": "SRE", "company_name": "Acme"},
        ["Full Name", "Company Domain"],
    ),
    "evaboot": (
        "First Name,Last Name,Full Name,Current Job,Location,Email,Company Name,Company Domain,"
        "Company Industry,Company Employee Range,Linkedin URL Public,Linkedin URL Unique ID,Matches Filters",
        "Ann,Sample,Ann Sample,SRE,Lisbon,a@acme.example,Acme,acme.example,Software,51-200,"
        "https://www.linkedin.com/in/ann-sample,https://www.linkedin.com/in/ACwAAA,YES",
        {"company_name": "Acme", "position": "SRE", "location": "Lisbon", "email_address": "a@acme.example"},
        {
            "source": "sales_navigator",
            "title": "SRE",
            "company_name": "Acme",
            "company_size": "51-200",
            "company_industry": "Software",
        },
        ["Full Name", "Company Domain", "Linkedin URL Unique ID", "Matches Filters"],
    ),
    "phantombuster": (
        "profileUrl,fullName,firstName,lastName,companyName,title,industry,location,defaultProfileUrl,query",
        "https://www.linkedin.com/sales/lead/ACwAAA,Ann Sample,Ann,Sample,Acme,SRE,Software,Lisbon,"
        "https://www.linkedin.com/in/ann-sample,https://www.linkedin.com/sales/search",
        {"company_name": "Acme", "position": "SRE", "location": "Lisbon"},
        {"source": "linkedin_search", "title": "SRE", "company_name": "Acme", "company_industry": "Software"},
        ["profileUrl", "fullName", "query"],
    ),
    "spreadsheet, as Lusha exports": (
        "First Name,Last Name,Job Title,Work Email,LinkedIn URL,Company Name,Company Main Industry,"
        "Company Country",
        "Ann,Sample,SRE,a@acme.example,https://www.linkedin.com/in/ann-sample,Acme,Software,Spain",
        {"company_name": "Acme", "position": "SRE", "email_address": "a@acme.example"},
        {"title": "SRE", "company_name": "Acme", "company_industry": "Software", "company_region": "Spain"},
        [],
    ),
    "hr, as LinkedIn Recruiter exports": (
        "First Name,Last Name,Headline,Location,Current Title,Current Company,Email Address,Profile URL",
        "Ann,Sample,On call,Lisbon,SRE,Acme,,https://www.linkedin.com/in/ann-sample",
        {"company_name": "Acme", "position": "SRE", "location": "Lisbon", "summary": "On call"},
        {"source": "hr", "title": "SRE", "company_name": "Acme"},
        [],
    ),
    "crm, as HubSpot exports": (
        "Record ID,First Name,Last Name,Email,Job Title,Company Name,City,LinkedIn Bio,Lead Status",
        "1,Ann,Sample,a@acme.example,SRE,Acme,Lisbon,https://www.linkedin.com/in/ann-sample,Open",
        {"company_name": "Acme", "position": "SRE", "location": "Lisbon", "email_address": "a@acme.example"},
        {"source": "crm", "title": "SRE", "company_name": "Acme"},
        ["Record ID", "Lead Status"],
    ),
    "spreadsheet, with a column LinkedIn": (
        "First Name,Last Name,LinkedIn",
        "Ann,Sample,https://www.linkedin.com/in/ann-sample",
        {},
        {},
        [],
    ),
    "zoominfo": (
        "ZoomInfo Contact ID,Last Name,First Name,Job Title,Email Address,LinkedIn Contact Profile URL,"
        "Person City,Country,Company Name,Employees,Employee Range,Primary Industry,Company Country",
        "1,Sample,Ann,SRE,a@acme.example,https://www.linkedin.com/in/ann-sample,Lisbon,Portugal,Acme,120,"
        "100 - 249,Software,Spain",
        {"company_name": "Acme", "position": "SRE", "location": "Lisbon", "email_address": "a@acme.example"},
        {
            "title": "SRE",
            "company_name": "Acme",
            "company_size": "100 - 249",
            "company_industry": "Software",
            "company_region": "Spain",
        },
        ["ZoomInfo Contact ID", "Country", "Employees"],
    ),
    "apollo": (
        "First Name,Last Name,Title,Company,Company Name for Emails,Email,Email Status,Seniority,# Employees,"
        "Industry,Keywords,Person Linkedin Url,Website,Company Linkedin Url,City,Country,Company Country",
        'Ann,Sample,SRE,Acme Inc,Acme,a@acme.example,Verified,Senior,120,software,"cloud, web",'
        "https://www.linkedin.com/in/ann-sample,https://acme.example,https://www.linkedin.com/company/acme,Lisbon,"
        "Portugal,Spain",
        {
            "company_name": "Acme Inc",
            "position": "SRE",
            "location": "Lisbon",
            "email_address": "a@acme.example",
        },
        {
            "title": "SRE",
            "company_name": "Acme Inc",
            "company_size": "120",
            "company_industry": "software",
            "company_region": "Spain",
        },
        [
            "Company Name for Emails",
            "Email Status",
            "Seniority",
            "Keywords",
            "Website",
            "Company Linkedin Url",
            "Country",
        ],
    ),
    "spreadsheet": (
        "linkedin_url,first_name,last_name,title,source,source_list,icp,batch_id,region,sender_account_id,gender",
        "https://www.linkedin.com/in/ann-sample,Ann,Sample,SRE,spreadsheet,conf,sre,b1,EU,50001,female",
        {"position": "SRE"},
        {
            "source": "spreadsheet",
            "title": "SRE",
            "source_list": "conf",
            "icp": "sre",
            "batch_id": "b1",
            "company_region": "EU",
        },
        ["gender"],
    ),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_the_shipped_mappings_recognise_their_exports(tmp_path, name):
    header, row, lead, fields, unmapped = EXPORTS[name]
    file = read_import_file(written(tmp_path, f"{header}\n{row}\n"), SHIPPED, None)
    assert file.mapping.name == name.partition(",")[0]
    source = {"source": file.mapping.source} if file.mapping.source else {}
    sender = "50001" if name == "spreadsheet" else None
    assert file.rows == [ImportRow(2, ANN_LEAD | lead, source | fields, sender)]
    assert file.unmapped_columns == unmapped
