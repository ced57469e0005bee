# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL server of a test's own: no network, a socket in its folder."""
import glob
import os
import pwd
import shutil
import subprocess
import tempfile
import time

import harness


def binaries():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    if not found:
        raise harness.Skip("no PostgreSQL server (Debian: postgresql-15)")
    return os.path.dirname(found[-1])


def other_user():
    """The server refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError:
        raise harness.Skip("root cannot run a server, no user postgres")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


class Cluster:
    """conninfo() for the program, rows() and one() for the test."""

    def __init__(self, auth="trust", password="pg-secret"):
        self.bin, self.as_user = binaries(), other_user()
        self.root = tempfile.mkdtemp(prefix="mdcore-pg-")
        if self.as_user:
            os.chown(self.root, self.as_user["user"], self.as_user["group"])
        secret = os.path.join(self.root, "secret")
        with open(secret, "w", encoding="ascii") as file:
            file.write(password)
        os.chmod(secret, 0o644)
        self.password = password
        self.call("initdb", "-D", self.data(), "-A", auth, "-U", "loader",
                  "--pwfile", secret, "-E", "UTF8", "--locale=C",
                  "--no-sync")
        self.start()

    def data(self):
        return os.path.join(self.root, "data")

    def call(self, program, *args):
        done = subprocess.run(
            [os.path.join(self.bin, program), *args], cwd=self.root,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=120, **self.as_user)
        if done.returncode != 0:
            raise AssertionError(f"{program}: {done.stdout}")

    def start(self):
        options = (f"-k {self.root} -c listen_addresses= -c max_wal_size=1GB "
                   "-c shared_buffers=64MB")
        self.call("pg_ctl", "-D", self.data(), "-o", options, "-w", "-l",
                  os.path.join(self.root, "log"), "start")

    def stop(self, mode="fast"):
        self.call("pg_ctl", "-D", self.data(), "-m", mode, "-w", "stop")

    def remove(self):
        try:
            self.stop("immediate")
        except AssertionError:
            pass  # a test may have stopped it
        shutil.rmtree(self.root, ignore_errors=True)

    def conninfo(self, database="postgres"):
        return f"host={self.root} user=loader dbname={database}"

    def rows(self, sql):
        """Lists of texts as psql prints them unaligned; NULL is ''."""
        done = subprocess.run(
            ["psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v",
             "ON_ERROR_STOP=1", self.conninfo(), "-c", sql],
            capture_output=True, text=True, timeout=120,
            env={"PATH": os.environ["PATH"], "PGPASSWORD": self.password,
                 "PGTZ": "UTC"})
        if done.returncode != 0:
            raise AssertionError(f"{sql}: {done.stderr}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def one(self, sql):
        return self.rows(sql)[0][0]

    def written(self):
        """Rows ever inserted, updated and deleted, of all tables."""
        time.sleep(0.1)  # a backend reports when it ends
        return self.rows("SELECT relname, n_tup_ins, n_tup_upd, n_tup_del "
                         "FROM pg_stat_user_tables ORDER BY 1")
