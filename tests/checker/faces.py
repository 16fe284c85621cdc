"""Docket's public faces over HTTP, and nothing else."""
import json
import time
import urllib.error
import urllib.parse
import urllib.request

PATIENCE_S = 30


class Faces:
    def __init__(self, address):
        self.address = address.rstrip("/")
        self.asked = 0

    def get(self, path, **query):
        """(status, answer): what says 503 is asked again for a while, as it may only be behind."""
        target = self.address + path
        if query:
            target += "?" + urllib.parse.urlencode({name: value for name, value in query.items() if value is not None})
        until = time.monotonic() + PATIENCE_S
        while True:
            self.asked += 1
            try:
                with urllib.request.urlopen(target, timeout=PATIENCE_S) as reply:
                    return reply.status, json.load(reply)
            except urllib.error.HTTPError as error:
                status, text = error.code, error.read()
            if status != 503 or time.monotonic() > until:
                return status, json.loads(text or "{}")
            time.sleep(0.05)

    def pages(self, path, items, **query):
        token = None
        while True:
            status, answer = self.get(path, page_token=token, page_size=1000, **query)
            if status == 404:
                return
            if status != 200:
                raise RuntimeError(f"{path} answers {status}: {answer}")
            yield from answer[items]
            token = answer.get("next_page_token")
            if token is None:
                return

    def event(self, source, id, min_position=None):
        return self.get("/v1/events", source=source, id=id, min_position=min_position)

    def cases(self):
        """The id and kind of each."""
        _, kinds = self.get("/v1/kinds")
        for kind in kinds["kinds"]:
            for row in self.pages("/v1/cases", "cases", kind=kind["kind"], consistency="strong"):
                yield row["id"], kind["kind"]

    def events_of(self, case):
        return list(self.pages(f"/v1/cases/{urllib.parse.quote(case, safe='')}/history", "events"))

    def case(self, case, at=None):
        return self.get(f"/v1/cases/{urllib.parse.quote(case, safe='')}", at=at)[1]

    def rejects(self):
        return list(self.pages("/v1/rejects", "rejects"))

    def metric(self, name, **query):
        return self.get(f"/v1/metrics/{name}", **query)
