# SPDX-License-Identifier: Apache-2.0
"""Lists of symbols: shown, and made anew from a page."""
import datetime
import http.server
import os
import threading

import harness
from harness import equal, true

OLD = [f"S{n:02d}" for n in range(20)]
NAME = "mine"


def page(symbols, column="Symbol", tail="</body></html>\n"):
    rows = "".join(f'<tr><td><a href="/{s}">{s}</a>\n</td><td>Company</td>'
                   "</tr>" for s in symbols)
    return ("<!DOCTYPE html><html><body><p>Text.</p><table class=x><tbody>"
            f"<tr><th>{column}</th><th>Security</th></tr>{rows}</tbody>"
            f"</table>{tail}")


def home(t):
    return {"XDG_CONFIG_HOME": t.path("home"),
            "MDCORE_DATA_DIR": t.path("data")}


def ship(t, symbols=OLD, date="2024-05-01", head=""):
    return t.write(f"data/universes/{NAME}.txt",
                   f"# Shipped.\n# date: {date}\n{head}"
                   + "\n".join(symbols) + "\n")


def universe(t, *args, status=0, **expected):
    return t.run("universe", *args, env=home(t)).expect(status, **expected)


def update(t, text, *args, **options):
    return universe(t, "update", NAME, "--page", t.write("page.html", text),
                    *args, **options)


def own(t, name=NAME):
    return t.path(f"home/mdcore/universes/{name}.txt")


def symbols_of(t, name=NAME):
    return universe(t, "show", name).lines()


def assert_kept(t, result, *why, status=1):
    result.expect(status, err=[f"@{NAME} stays as of 2024-05-01", *why])
    true(not os.path.exists(own(t)), "no file of our own")
    equal(symbols_of(t), OLD)


# ---- what is there ---------------------------------------------------------

def test_the_lists_that_come_with_it_are_dated_and_whole(t):
    env = {"MDCORE_DATA_DIR": os.path.join(harness.SOURCE, "share"),
           "XDG_CONFIG_HOME": t.path("home")}
    found = t.run("universe", "list", "--json", env=env).expect(0).json()
    by_name = {u["name"]: u for u in found}
    for name, least, most in (("etf20", 20, 20), ("sp500", 500, 510)):
        true(least <= by_name[name]["symbols"] <= most, name)
        datetime.date.fromisoformat(by_name[name]["date"])
    true(by_name["sp500"]["page"].startswith("https://"), "a page")


def test_a_list_is_shown_with_its_date(t):
    ship(t)
    result = universe(t, "show", "@" + NAME)
    equal(result.lines(), OLD)
    true("2024-05-01" in result.err, result)
    universe(t, "show", "nothing", status=2, err=["unknown universe", NAME])


def test_a_broken_list_does_not_hide_the_others(t):
    ship(t)
    t.write("data/universes/undated.txt", "A\n")
    universe(t, "list", out=[NAME, "lacks its line"])


# ---- a new list ------------------------------------------------------------

def test_an_update_writes_a_dated_list_of_the_users_own(t):
    shipped = ship(t)
    new = OLD[1:] + ["BRK.B"]
    result = update(t, page(new), out=["20 symbols, 1 new, 1 gone", "+ BRK.B",
                                       "- S00", t.path("page.html")])
    equal(symbols_of(t), new)
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    with open(own(t), encoding="utf-8") as file:
        text = file.read()
    true(f"# date: {today}\n" in text and "# source: " in text, text)
    true(own(t) in result.out, "names the file")
    with open(shipped, encoding="utf-8") as file:
        true("S00" in file.read(), "the shipped list stays")


def test_the_next_update_needs_no_page_and_keeps_the_one_before(t):
    ship(t, OLD)
    t.write(f"home/mdcore/universes/{NAME}.txt", "# date: 2024-06-01\n# page: "
            + t.path("page.html") + "\n" + "\n".join(OLD) + "\n")
    t.write("page.html", page(OLD[1:]))
    universe(t, "update", NAME)
    equal(symbols_of(t), OLD[1:])
    equal(symbols_of(t, NAME + ".2024-06-01"), OLD)


def test_json_tells_what_changed(t):
    ship(t)
    made = update(t, page(OLD[1:] + ["NEW"]), "--json").json()
    equal((made["added"], made["removed"], made["symbols"]),
          (["NEW"], ["S00"], 20))


def test_a_page_may_come_over_http(t):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = page(OLD[1:]).encode()
            self.send_response(200 if self.path == "/list" else 503)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = "http://127.0.0.1:%d/" % server.server_port
    ship(t, head=f"# page: {url}list\n")
    universe(t, "update", NAME, "--page", url + "busy", status=1,
             err=["HTTP 503", "stays"])
    universe(t, "update", NAME, out="1 gone")
    server.shutdown()
    universe(t, "update", NAME, "--page", "http://127.0.0.1:1/", status=1,
             err="stays")
    equal(symbols_of(t), OLD[1:])


def test_a_file_url_and_another_column_work(t):
    ship(t)
    t.write("page.html", page(OLD, column="Ticker"))
    universe(t, "update", NAME, "--page", "file://" + t.path("page.html"),
             "--column", "Ticker", out="0 new, 0 gone")


# ---- the old list stays ----------------------------------------------------

def test_a_cut_page_changes_nothing(t):
    ship(t)
    assert_kept(t, update(t, page(OLD, tail=""), status=1), "</html>")


def test_a_page_without_the_table_changes_nothing(t):
    ship(t)
    assert_kept(t, update(t, "<html><p>Sorry</p></html>", status=1),
                "no table")


def test_too_few_symbols_change_nothing(t):
    ship(t)
    assert_kept(t, update(t, page(OLD[:5]), status=1), "at least 18")


def test_too_many_changes_change_nothing_unless_allowed(t):
    ship(t)
    new = OLD[3:] + ["X1", "X2", "X3"]
    assert_kept(t, update(t, page(new), status=1), "at most 10 %")
    update(t, page(new), "--max-change", "20")
    equal(symbols_of(t), new)


def test_a_malformed_symbol_changes_nothing(t):
    ship(t)
    assert_kept(t, update(t, page(OLD[1:] + ["edit me"]), status=1),
                "no ticker symbol")


def test_a_repeated_symbol_changes_nothing(t):
    ship(t)
    assert_kept(t, update(t, page(OLD + ["S03"]), status=1), "two rows")


def test_a_missing_page_changes_nothing(t):
    ship(t)
    assert_kept(t, universe(t, "update", NAME, "--page", "nowhere.html",
                            status=2), "nowhere.html", status=2)
    universe(t, "update", NAME, status=2, err=["# page: URL", "--page"])


def test_a_job_takes_the_new_list(t):
    ship(t)
    t.plugin("fake")
    update(t, page(OLD[1:] + ["MOCK-A"]))
    job = t.write("job.ini", "[job]\nprovider = fake\nschema = ohlcv-1d\n"
                  f"symbols = @{NAME}\nstart = 2024-01-01\nend = 2024-01-05\n")
    t.run("check", job, env=home(t)).expect(0, out=f"@{NAME} of 20")


def test_wrong_usage_is_refused(t):
    universe(t, status=2, err="list, show NAME or update NAME")
    universe(t, "update", status=2)
    universe(t, "list", "--max-change=-1", status=2, err="negative")


harness.main()
