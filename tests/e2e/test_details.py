# SPDX-License-Identifier: Apache-2.0
"""`mdcore inspect --online`: what a vendor says of itself, for nothing."""
import json

import harness

KEY = "db-0123456789abcdefghijklmnopqrs"


def service(t, *options):
    t.plugin("databento")
    t.env["DATABENTO_API_KEY"] = KEY
    t.log_path = t.path("requests.jsonl")
    server = t.server("databento_server", "--key", KEY, "--now",
                      "2024-02-01", "--log", t.log_path, *options)
    t.at = ("--set", f"provider.base_url={server.url}")
    return server


def inspect(t, *args):
    return t.run("inspect", "databento", *t.at, *args)


def paths(t):
    with open(t.log_path, encoding="utf-8") as file:
        return [json.loads(line)["path"].rpartition("/")[2] for line in file]


def test_without_being_told_nobody_is_asked(t):
    service(t)
    out = inspect(t).expect(0, out="details", not_out="online.").out
    harness.true("capabilities=" in out, out)
    harness.true(not open(t.log_path).read(), "requests")


def test_the_datasets_and_publishers_of_the_key(t):
    service(t)
    inspect(t, "--online").expect(
        0, out=["online.datasets=GLBX.MDP3\n",
                "online.publisher.2=XNAS.ITCH XNAS Nasdaq TotalView-ITCH\n"])
    harness.equal(paths(t), ["metadata.list_datasets",
                             "metadata.list_publishers"])


def test_a_dataset_has_schemas_range_and_prices(t):
    service(t)
    out = inspect(t, "--dataset", "GLBX.MDP3").expect(0).lines()
    for line in ("online.range.start=2023-01-01T00:00:00.000000000Z",
                 "online.range.end=2024-02-01T00:00:00.000000000Z",
                 "online.schema.trades.start=2023-01-01T00:00:00.000000000Z",
                 "online.price.unit=USD per GB",
                 "online.price.historical-streaming.ohlcv-1m=280.25",
                 "online.price.historical.trades=2",
                 "online.publisher.1=GLBX.MDP3 GLBX CME Globex MDP 3.0"):
        harness.true(line in out, f"{line} is not in\n" + "\n".join(out))
    harness.true(not any("publisher.2" in line for line in out), "others")
    harness.true("online.schemas=bbo-1m,definition,mbp-1,ohlcv-1d,ohlcv-1h,"
                 "ohlcv-1m,statistics,status,tbbo,trades" in out, out)


def test_a_schema_has_fields(t):
    service(t)
    inspect(t, "--dataset", "GLBX.MDP3", "--schema", "trades").expect(
        0, out=["online.field.ts_event=uint64_t", "online.field.price=int64_t"])


def test_the_same_as_json(t):
    service(t)
    found = inspect(t, "--online", "--json").expect(0).json()
    harness.equal(found["online"]["datasets"], "GLBX.MDP3", "datasets")
    harness.equal(found["name"], "databento", "name")


def test_what_is_declared_is_shown_though_the_vendor_refuses(t):
    service(t)
    t.env["DATABENTO_API_KEY"] = "db-wrong"
    inspect(t, "--online").expect(4, out="key.base_url.doc=", err="bad key",
                                  not_err="db-wrong")


def test_without_a_key_nothing_is_sent(t):
    service(t)
    del t.env["DATABENTO_API_KEY"]
    inspect(t, "--online").expect(2, err="DATABENTO_API_KEY")
    harness.true(not open(t.log_path).read(), "requests")


def test_a_damaged_answer_is_told(t):
    for fault in ("cut-json@1", "empty@1", "html@1"):
        service(t, "--fault", fault)
        inspect(t, "--online").expect(1, err="databento: metadata.list")


def test_a_plugin_that_has_nothing_to_ask_says_so(t):
    t.run("inspect", "fake", "--online").expect(2, err="nothing to ask")


def test_a_schema_without_a_dataset_is_refused(t):
    t.run("inspect", "fake", "--schema", "x").expect(2, err="--dataset")


harness.main()
