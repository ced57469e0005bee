# SPDX-License-Identifier: Apache-2.0
"""`mdcore symbols`, and what `symbols = *` becomes where a provider lists."""
import csv
import io
import json

from harness import equal, main, true

PAIRS = ("BTC-EUR", "BTC-USD", "ETH-USD")
DAYS = ("2024-01-01", "2024-01-02")

JOB = """[job]
name = everything
provider = coinbase
dataset = {dataset}
schema = ohlcv-1h
symbols = *
start = {start}
end = {end}

[provider]
base_url = {url}
advanced_url = {url}

[rate_limit]
rate = 1000/s
bucket.advanced = 1000/s

[store]
path = {store}
"""


def serve(t, *args, pairs=PAIRS):
    return t.server("coinbase_server", "--log", t.path("requests.jsonl"),
                    *[f"--synthetic={p}:{DAYS[0]}:{DAYS[1]}" for p in pairs],
                    *args)


def at(url):
    return (f"--set=provider.base_url={url}",
            f"--set=provider.advanced_url={url}", "--set=retry.base=10ms")


def job(t, url, dataset="spot"):
    return t.write("all.ini", JOB.format(
        dataset=dataset, url=url, start=DAYS[0], end=DAYS[1],
        store=t.path("store")))


def requests(t):
    with open(t.path("requests.jsonl"), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def test_the_table_has_a_line_an_instrument_in_order(t):
    out = t.run("symbols", "coinbase", *at(serve(t).url)).expect(0).lines()
    equal([line.split()[0] for line in out], ["SYMBOL", *PAIRS])
    equal(out[1].split()[1:6], ["spot", "-", "BTC", "EUR", "online"])


def test_csv_and_json_lines_are_instrument_rows(t):
    url = serve(t).url
    text = t.run("symbols", "coinbase", *at(url), "--format=csv").expect(0).out
    rows = list(csv.DictReader(io.StringIO(text)))
    equal([(r["symbol"], r["base"], r["currency"], r["tick"], r["lot"])
           for r in rows],
          [(p, *p.split("-"), "0.01", "0.00000001") for p in PAIRS])
    rows = t.run("symbols", "coinbase", *at(url), "--json").expect(0).jsonl()
    equal([(r["symbol"], r["tick"]) for r in rows],
          [(p, 0.01) for p in PAIRS])


def test_a_pattern_chooses(t):
    rows = t.run("symbols", "coinbase", "BTC-*", *at(serve(t).url),
                 "--json").expect(0).jsonl()
    equal([r["symbol"] for r in rows], ["BTC-EUR", "BTC-USD"])


def test_a_pattern_that_fits_nothing_is_an_empty_list(t):
    url = serve(t).url
    equal(t.run("symbols", "coinbase", "X*", *at(url)).expect(0).out, "")
    equal(len(t.run("symbols", "coinbase", "X*", *at(url),
                    "--format=csv").expect(0).lines()), 1, "the heading")


def test_pages_of_a_long_list_are_all_read(t):
    pairs = [f"A{chr(65 + i // 26)}{chr(65 + i % 26)}-USD"
             for i in range(501)]
    server = t.server("coinbase_server", "--log", t.path("requests.jsonl"),
                      *[f"--synthetic={p}:2024-01-01:2024-01-01"
                        for p in pairs])
    rows = t.run("symbols", "coinbase", "--dataset=advanced",
                 *at(server.url), "--json").expect(0).jsonl()
    equal([r["symbol"] for r in rows], sorted(pairs))
    equal([r["query"]["offset"] for r in requests(t)], ["0", "250", "500"])


def test_the_list_is_asked_again_after_an_accident(t):
    url = serve(t, "--fault=cut-json@1", "--fault=http-503@2").url
    rows = t.run("symbols", "coinbase", *at(url), "--json").expect(0).jsonl()
    equal([r["symbol"] for r in rows], list(PAIRS))


def test_no_list_is_told_as_none(t):
    url = serve(t, "--fault=html@all").url
    done = t.run("symbols", "coinbase", *at(url),
                 "--set=retry.max_retries=1").expect(1, err="products")
    equal(done.out, "")


def test_names_that_are_wrong_are_told_with_what_there_is(t):
    t.run("symbols", "coinbase", "--dataset=spott").expect(2, err="spot")
    t.run("symbols", "coinbas").expect(2, err="coinbase")
    t.run("symbols", "coinbase", "--format=xml").expect(2, err="jsonl")
    t.run("symbols").expect(2, err="provider")


def test_a_star_in_a_job_means_what_the_provider_lists(t):
    for dataset in ("spot", "advanced"):
        path = job(t, serve(t).url, dataset)
        t.run("check", path).expect(0, out="all symbols")
        equal(len([r for r in requests(t) if "candles" in r["path"]]), 0,
              "check asks nobody")
        plan = t.run("plan", path, "--json").expect(0).json()
        equal(sorted({s for c in plan["chunks"] for s in c["symbols"]}),
              list(PAIRS))
        t.run("run", path).expect(0)
        held = t.run("export", path, "--format=csv").expect(0).lines()[1:]
        equal({line.split(",")[1] for line in held}, set(PAIRS))
        t.run("gaps", path).expect(0, out="no gaps")
        t.run("coverage", path).expect(0, out=PAIRS)
        t.write("requests.jsonl", "")
        t.run("run", path).expect(0)
        equal([r["path"] for r in requests(t) if "candles" in r["path"]], [])
        t.write("requests.jsonl", "")


def test_what_the_star_once_meant_is_looked_for_by_gaps(t):
    path = job(t, serve(t).url)
    t.run("run", path).expect(0)
    done = t.run("gaps", path, "--set=job.end=2024-01-03").expect(3)
    true(all(p in done.out for p in PAIRS), done.out)


main()
