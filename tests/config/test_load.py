"""Reading a desk: what is right comes out, and every mistake is told at once with file, line and the nearest name."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from articles.errors import Wrong
from config.load import bundled, load, load_alerts
from config.models import FileChannel, WebhookChannel

from .conftest import SOURCE, WriteDesk

ALERT = "alerts:\n- id: helsing\n  query: Helsing\n  channels: [file]\n"


def mistakes(folder: Path, env: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(Wrong) as caught:
        load(folder, env or {})
    assert caught.value.exit_code == 2
    return str(caught.value).splitlines()


def test_a_desk_is_read_whole(desk_with: WriteDesk) -> None:
    folder = desk_with(
        {
            "lagebild.yaml": "time_zone: Europe/Vienna\nalert_window: 1d12h\nallow_private: [127.0.0.0/8]\n",
            "config/alerts.yaml": ALERT,
            "config/channels.yaml": "channels:\n- id: chat\n  kind: webhook\n  url: https://chat.example/hook\n",
            "config/sources/zeitung.yaml": SOURCE,
        }
    )
    desk = load(folder, {})
    assert desk.settings.time_zone == "Europe/Vienna"
    assert desk.settings.alert_window == timedelta(hours=36)
    assert desk.sources["zeitung"].name == "Zeitung"
    assert desk.alerts["helsing"].channels == ("file",)
    assert isinstance(desk.channels["file"], FileChannel), "the channel file exists without being declared"
    assert isinstance(desk.channels["chat"], WebhookChannel)
    assert desk.path("data/x") == folder / "data" / "x"
    assert desk.path("/var/x") == Path("/var/x")


def test_files_that_a_desk_lacks_are_the_bundled_ones_or_empty(desk_with: WriteDesk) -> None:
    desk = load(desk_with({}), {})
    assert desk.entities == bundled().entities
    assert desk.topics == bundled().topics
    assert not desk.alerts
    assert not desk.sources
    assert list(desk.channels) == ["file"]


def test_a_desks_own_list_replaces_the_bundled_one(desk_with: WriteDesk) -> None:
    entity = "entities:\n- id: acme\n  type: ORG\n  names:\n  - {name: Acme, flags: [protected]}\n  - {name: Acme Works}\n"
    desk = load(desk_with({"config/entities.yaml": entity}), {})
    assert list(desk.entities) == ["acme"]
    assert desk.protected == {"Acme"}


def test_where_a_thing_and_its_keys_are_written(desk_with: WriteDesk) -> None:
    desk = load(desk_with({"config/alerts.yaml": ALERT, "config/sources/zeitung.yaml": SOURCE}), {})
    assert desk.where("alert", "helsing") == (Path("config/alerts.yaml"), 2)
    assert desk.where("alert", "helsing", "query") == (Path("config/alerts.yaml"), 3)
    assert desk.where("alert", "helsing", "title") == (Path("config/alerts.yaml"), 2), "not written: where it begins"
    assert desk.where("source", "zeitung", "addresses") == (Path("config/sources/zeitung.yaml"), 4)
    assert desk.where("channel", "file") == (None, None)


def test_a_misspelt_key_is_told_with_its_line_and_the_nearest_one(desk_with: WriteDesk) -> None:
    folder = desk_with({"config/alerts.yaml": ALERT.replace("channels", "chanels")})
    assert mistakes(folder) == ["config/alerts.yaml:4: alerts.helsing.chanels: no such key; did you mean 'channels'?"]


def test_several_mistakes_in_several_files_are_told_together(desk_with: WriteDesk) -> None:
    folder = desk_with(
        {
            "lagebild.yaml": "engin: embedded\nwaiting_pages: many\n",
            "config/alerts.yaml": ALERT + "- id: helsing\n  query: x\n  channels: [fil]\n- id: other\n  query: x\n"
            "  channels: [fil]\n",
            "config/sources/zeitung.yaml": SOURCE.replace("feed/", "feed/\n  selectr: a"),
        }
    )
    assert mistakes(folder) == [
        "lagebild.yaml:1: engin: no such key; did you mean 'engine'?",
        "lagebild.yaml:2: waiting_pages: 'many' is not a whole number",
        "config/alerts.yaml:5: alerts.helsing: the id 'helsing' stands already in line 2",
        "config/sources/zeitung.yaml:7: addresses.1.selectr: no such key; did you mean 'selector'?",
        "config/alerts.yaml:10: alerts.other.channels: there is no channel 'fil'; did you mean 'file'?",
    ]


def test_the_first_mistake_is_the_errors_own_place(desk_with: WriteDesk) -> None:
    with pytest.raises(Wrong) as caught:
        load(desk_with({"lagebild.yaml": "\nengin: x\nlangages: [de]\n"}), {})
    assert (caught.value.file, caught.value.line, caught.value.field) == (Path("lagebild.yaml"), 2, "engin")


def test_a_hundred_mistakes_do_not_bury_the_first(desk_with: WriteDesk) -> None:
    folder = desk_with({"lagebild.yaml": "".join(f"zz{n}: 1\n" for n in range(100))})
    told = mistakes(folder)
    assert told[0].startswith("lagebild.yaml:1: zz0: no such key")
    assert told[-1] == "and 80 more mistakes"
    assert len(told) == 21


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("id: zeitug", "id: id is 'zeitug', but a source has the name of its file: zeitung"),
        ("country: Germany", "country: 'Germany' does not fit: ISO 3166-1 alpha-2"),
        ("tier: trad", "tier: 'trad' is not one of official, wire, trade, general, think-tank, state-media, aggregator"
         "; did you mean 'trade'?"),
        ("every: 15", "every: 15 is not a duration; write a number with s, m, h or d, as in 15m or 7d"),
        ("every: 5 minutes", "every: '5 minutes' is not a duration; write a number with s, m, h or d, as in 15m or 7d"),
        ("time_zone: Europe/Berln", "time_zone: 'Europe/Berln' is no IANA time zone, as in Europe/Berlin; did you mean "
         "'Europe/Berlin'?"),
        ("exclude: ['(']", "exclude.1: '(' is not a regular expression: missing ), unterminated subpattern at position 0"),
        ("exclude: /sport/", "exclude: '/sport/' is not a list; write it in brackets, as in [/sport/]"),
        ("enabled: nein", "enabled: 'nein' is not true or false"),
        ("verified: gestern", "verified: 'gestern' is not a date, as in 2025-06-25"),
        ("delay: -1", "delay: -1 should be greater than or equal to 0"),
        ("owner: 1984", "owner: 1984 is read as a number or truth value; write it in quotes: '1984'"),
        ("owner: [a]", "owner: ['a'] is not text"),
        ("delay: 0", "delay: 0 is allowed only for addresses within allow_private, and https://zeitung.example/feed/ is "
         "none; write delay: 1 or leave it out"),
    ],
)  # fmt: skip
def test_each_kind_of_mistake_says_what_would_be_right(desk_with: WriteDesk, line: str, message: str) -> None:
    replaced = "\n".join(old for old in SOURCE.splitlines() if old.split(":")[0] != line.split(":")[0])
    folder = desk_with({"config/sources/zeitung.yaml": f"{replaced}\n{line}\n"})
    number = len(replaced.splitlines()) + 1
    assert mistakes(folder) == [f"config/sources/zeitung.yaml:{number}: {message}"]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("zeitung.example/feed", "is not an absolute http(s) address"),
        ("ftp://zeitung.example/feed", "is not an absolute http(s) address"),
        ("https://[::1", "is not an address"),
        ("https://zeitung.example:99999/", "is not an address"),
        ("'https://zeitung.example/a b'", "is not an absolute http(s) address"),
        ("https://me:secret@zeitung.example/feed", "user name or password"),
    ],
)
def test_an_address_must_be_one(desk_with: WriteDesk, url: str, message: str) -> None:
    folder = desk_with({"config/sources/zeitung.yaml": SOURCE.replace("https://zeitung.example/feed/", url)})
    (told,) = mistakes(folder)
    assert message in told
    assert "secret" not in told


@pytest.mark.parametrize(
    ("network", "message"),
    [
        ("127.0.0.1/8", "'127.0.0.1/8' has bits beyond its mask; did you mean '127.0.0.0/8'?"),
        ("intranet", "'intranet' is not a network in CIDR notation, as in 127.0.0.0/8 or fd00::/8"),
    ],
)
def test_a_network_must_be_one(desk_with: WriteDesk, network: str, message: str) -> None:
    assert mistakes(desk_with({"lagebild.yaml": f"allow_private: [{network}]\n"})) == [
        f"lagebild.yaml:1: allow_private.1: {message}"
    ]


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "127.9.9.9"])
def test_no_delay_is_allowed_on_a_private_network_that_is_meant(desk_with: WriteDesk, host: str) -> None:
    source = SOURCE.replace("https://zeitung.example", f"http://{host}") + "delay: 0\n"
    folder = desk_with({"lagebild.yaml": "allow_private: [127.0.0.0/8]\n", "config/sources/zeitung.yaml": source})
    assert load(folder, {}).sources["zeitung"].delay == 0
    (folder / "lagebild.yaml").write_text("allow_private: [10.0.0.0/8]\n")
    assert "0 is allowed only for addresses within allow_private" in mistakes(folder)[0]


def test_an_entity_made_by_nobody_is_told(desk_with: WriteDesk) -> None:
    entities = (
        "entities:\n- {id: acme, type: ORG, names: [{name: Acme}]}\n"
        "- id: rocket\n  type: WEAPON\n  maker: acm\n  names: [{name: Rocket}]\n"
    )
    assert mistakes(desk_with({"config/entities.yaml": entities})) == [
        "config/entities.yaml:5: entities.rocket.maker: there is no entity 'acm'; did you mean 'acme'?"
    ]


def test_channels_are_told_apart_by_kind(desk_with: WriteDesk) -> None:
    channels = "channels:\n- id: a\n  kind: webhok\n- id: b\n- id: c\n  kind: mail\n  host: mail.example\n  port: 99999\n"
    channels += '  sender: desk\n  to: ["a@b.example\\nBcc: x@y.example"]\n'
    told = mistakes(desk_with({"config/channels.yaml": channels}))
    assert told == [
        "config/channels.yaml:3: channels.a.kind: 'webhok' is not one of file, webhook, mail; did you mean 'webhook'?",
        "config/channels.yaml:4: channels.b: kind is missing: file, webhook or mail",
        "config/channels.yaml:8: channels.c.port: 99999 should be less than or equal to 65535",
        "config/channels.yaml:9: channels.c.sender: 'desk' is not a mail address, as in lage@example.org",
        "config/channels.yaml:10: channels.c.to.1: 'a@b.example\\nBcc: x@y.example' is not a mail address, as in "
        "lage@example.org",
    ]


@pytest.mark.parametrize("name", ["alert.yaml", "alerts.yml", "chanels.yaml"])
def test_a_file_that_nobody_reads_is_a_mistake(desk_with: WriteDesk, name: str) -> None:
    (told,) = mistakes(desk_with({f"config/{name}": "alerts: []\n"}))
    assert told.startswith(f"config/{name}: no such config file; did you mean '")


def test_a_list_must_be_under_its_key(desk_with: WriteDesk) -> None:
    assert mistakes(desk_with({"config/alerts.yaml": "- id: x\n"})) == [
        "config/alerts.yaml:1: must begin with the key 'alerts:'"
    ]
    assert mistakes(desk_with({"config/alerts.yaml": "alert:\n- id: x\n"})) == [
        "config/alerts.yaml:1: alert: no such key; did you mean 'alerts'?"
    ]
    assert mistakes(desk_with({"config/alerts.yaml": "alerts:\n  id: x\n"})) == [
        "config/alerts.yaml:1: alerts: is not a list of entries"
    ]


def test_an_emptied_list_is_empty(desk_with: WriteDesk) -> None:
    assert not load(desk_with({"config/alerts.yaml": "# nothing yet\n"}), {}).alerts
    assert not load(desk_with({"config/alerts.yaml": "alerts:\n"}), {}).alerts


def test_a_folder_that_is_no_desk_is_told_from_one_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Wrong, match="no such folder"):
        load(tmp_path / "gone", {})
    with pytest.raises(Wrong, match="is no desk"):
        load(tmp_path, {})


def test_the_environment_overrides_settings(desk_with: WriteDesk) -> None:
    folder = desk_with({"lagebild.yaml": "languages: [de]\nworkers: 1\n"})
    env = {
        "LAGEBILD_LANGUAGES": "de, en",
        "LAGEBILD_ALLOW_PRIVATE": "127.0.0.0/8",
        "LAGEBILD_ALERT_WINDOW": "6h",
        "LAGEBILD_WORKERS": "",
        "LAGEBILD_HOME": "/elsewhere",
        "LAGEBILD_CHAT_SECRET": "a channel's own",
    }
    settings = load(folder, env).settings
    assert settings.languages == ("de", "en")
    assert settings.allow_private == ("127.0.0.0/8",)
    assert settings.alert_window == timedelta(hours=6)
    assert settings.workers == 1, "an empty variable counts as unset"


def test_a_mistake_in_the_environment_names_the_variable(desk_with: WriteDesk) -> None:
    told = mistakes(desk_with({}), {"LAGEBILD_ALLOW_PRIVATE": "127.0.0.1/8", "LAGEBILD_WORKERS": "two"})
    assert told == [
        "LAGEBILD_ALLOW_PRIVATE: '127.0.0.1/8' has bits beyond its mask; did you mean '127.0.0.0/8'?",
        "LAGEBILD_WORKERS: 'two' is not a whole number",
    ]


def test_alerts_can_be_read_without_a_desk(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(ALERT.replace("file", "nowhere"))
    assert load_alerts(file)["helsing"].channels == ("nowhere",), "a filter sends nothing"
    file.write_text(ALERT.replace("query", "qery"))
    with pytest.raises(Wrong, match=r"mine\.yaml:3: alerts\.helsing\.qery: no such key; did you mean 'query'"):
        load_alerts(file)
    with pytest.raises(Wrong, match="no such file"):
        load_alerts(tmp_path / "gone.yaml")
