"""The server against its own contract, by schemathesis: requests made up from the served /openapi.json, right ones and wrong ones, each answer held against it.

    schemathesis_test.py DOCKET SOURCE_DIR [schemathesis options]

Exit code: 0 nothing found, 1 something found, 77 schemathesis is not here (with CI=true that is 1 too).
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
SEED = "20170301"
CASES = "150"
TOOL = os.path.join(os.path.dirname(sys.executable), "schemathesis")
# Names that are there, in the place of made up ones.
PINNED = """[parameters]
"path.id" = "T2"
"path.name" = "hotline.on_time_rate"
"path.kind" = "hotline-ticket"
"path.event" = "dispatched"
"path.major" = "1"
"query.kind" = "hotline-ticket"
"query.source" = "example"
"""
EVENTS = ("/v1/schemas/hotline-ticket/created/1", "/v1/schemas/hotline-ticket/noted/1", "/v1/schemas/call/call_ended/1")


def run(*command, stdin=None):
    subprocess.run(command, stdin=stdin, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def fill(docket, source, data):
    """The worked example, whose names the contract's examples say, and a small city with its wrong events."""
    run(docket, "ledger", "create", "--data", data, "--office", "example")
    city = subprocess.Popen([docket, "city", "make", "--seed", "1", "--cases", CASES], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    for events in (open(os.path.join(source, "docs/examples/worked-example.ndjson"), "rb"), city.stdout):
        code = subprocess.call([docket, "event", "import", "--data", data, "--format", "ndjson", "-"], stdin=events,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if code not in (0, 7):
            sys.exit(f"event import: exit code {code}")
    city.wait()


def schemathesis(folder, address, contract, examples, *more, config=os.devnull):
    """True: nothing found."""
    begun = time.monotonic()
    ran = subprocess.run(
        [TOOL, "--config-file", config, "run", contract, "--url", address, "--seed", SEED, "--max-examples", str(examples),
         "--phases", "examples,coverage,fuzzing", "--generation-database", "none", "--request-timeout", "30", "--warnings", "off",
         "--continue-on-failure", "--no-color", "--exclude-path", "/v1/events/stream", *more],  # which never ends
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(f"schemathesis, {time.monotonic() - begun:.0f} s, exit code {ran.returncode}")
    return ran.returncode == 0, ran.stdout


def written(folder, name, value):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as out:
        out.write(value if isinstance(value, str) else json.dumps(value))
    return path


def of_events(contract, schemas):
    """The contract of POST /v1/events alone, with what the generated schemas say of some events in the place of any event."""
    post = contract["paths"]["/v1/events"]["post"]
    parts = {}
    for number, schema in enumerate(schemas):
        own = json.loads(json.dumps(schema).replace('"#/$defs/', f'"#/components/schemas/e{number}').replace('"$ref": "#"', f'"$ref": "#/components/schemas/e{number}data"'))
        parts.update({f"e{number}{name}": part for name, part in own["$defs"].items()})
        parts[f"e{number}data"] = {key: value for key, value in own.items() if not key.startswith("$")}
    any_of = [{"$ref": f"#/components/schemas/e{number}event"} for number in range(len(schemas))]
    body = {"required": True, "content": {"application/cloudevents+json": {"schema": {"anyOf": any_of}}}}
    components = {**contract["components"], "schemas": {**contract["components"]["schemas"], **parts}}
    return {**contract, "paths": {"/v1/events": {"post": {**post, "parameters": [], "requestBody": body}}}, "components": components}


def closed(node, open_ones, name=None):
    """The contract's schemas such that a member that they don't name is an error; what others are made of (allOf) stays as it is."""
    if isinstance(node, list):
        return [closed(item, open_ones) for item in node]
    if not isinstance(node, dict):
        return node
    out = {key: closed(value, open_ones, key) for key, value in node.items()}
    if "properties" in node and "type" in node and "additionalProperties" not in node and name not in open_ones:
        out["unevaluatedProperties"] = False
    return out


def what_there_is(address, contract, say=True):
    """Every read of what the example really holds, by a stock validator: schemathesis alone seldom guesses a case or a metric that is there."""
    import jsonschema_rs  # of the same virtual environment
    text = json.dumps(contract["components"]["schemas"])
    made_of = set(re.findall(r'"([A-Za-z]+)"', " ".join(re.findall(r'"allOf": \[[^\]]*\]', text.replace("#/components/schemas/", "")))))
    components = {"schemas": closed(contract["components"]["schemas"], made_of)}
    told, seen = [], {}

    def get(route, path):
        with urllib.request.urlopen(address + path) as reply:
            body = json.load(reply)
        schema = contract["paths"][route]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        validator = jsonschema_rs.Draft202012Validator({**schema, "components": components}, validate_formats=True)
        told.extend(f"{path}: /{'/'.join(map(str, error.instance_path))}: {error.message[:200]}" for error in validator.iter_errors(body))
        seen[route] = seen.get(route, 0) + 1
        return body

    for route in ("/v1/rejection-codes", "/v1/schemas", "/v1/rules", "/v1/calendars", "/v1/office", "/v1/positions", "/v1/nodes", "/livez", "/readyz"):
        get(route, route)
    for kind in get("/v1/kinds", "/v1/kinds")["kinds"]:
        get("/v1/kinds/{kind}", "/v1/kinds/" + kind["kind"])
        for query in ("&page_size=40&include_total=true", "&at=2017-03-15&page_size=5"):
            for case in get("/v1/cases", f"/v1/cases?kind={kind['kind']}{query}")["cases"]:
                one = "/v1/cases/" + case["id"]
                get("/v1/cases/{id}", one)
                get("/v1/cases/{id}/deadlines", one + "/deadlines?explain=true")
                for event in get("/v1/cases/{id}/history", one + "/history")["events"][:3]:
                    get("/v1/events", f"/v1/events?source={event['source']}&id={event['id']}")
    for metric in get("/v1/metrics", "/v1/metrics")["metrics"]:
        one = "/v1/metrics/" + metric["name"]
        dimension = metric["dimensions"][0] if metric["dimensions"] else None
        get("/v1/metrics/{name}", one + "?period=2017-03" + (f"&group_by={dimension}" if dimension else ""))
        get("/v1/metrics/{name}", one + "?from=2017-01-01&to=2017-12-31&step=quarter")
        if "combine" not in metric["formula"]:
            get("/v1/metrics/{name}/explain", one + "/explain?period=2017-03")
    wrong = {"specversion": "1.0", "id": "wrong", "source": "example", "type": "org.docket.hotline-ticket.created.v2"}
    request = urllib.request.Request(address + "/v1/events", json.dumps(wrong).encode(), {"Content-Type": "application/cloudevents+json"})
    try:
        urllib.request.urlopen(request)
    except urllib.error.HTTPError as refused:
        refused.close()
    if not get("/v1/rejects", "/v1/rejects")["rejects"]:
        told.append("/v1/rejects: empty")
    if not say:
        return not told
    print(f"a stock validator over what there is: {sum(seen.values())} answers of {len(seen)} routes, {len(told)} findings")
    for each in told[:40]:
        print("  " + each)
    return not told


def judged(folder, address, more):
    with urllib.request.urlopen(address + "/openapi.json") as reply:
        contract = json.load(reply)
    good = True

    def passes(what, *arguments, **named):
        nonlocal good
        print(what)
        ok, told = schemathesis(folder, address, *arguments, **named)
        good = good and ok
        print(told if not ok or more else "  " + re.search(r"\d+ generated, .*", told).group())

    passes("any request", address + "/openapi.json", 60, "--checks", CHECKS, *more)
    # Of a read every check: a batch's wrong events are no wrong request, and what is made up may well not be there.
    passes("any read", address + "/openapi.json", 60, "--checks", "all", "--exclude-checks", "positive_data_acceptance", "--include-method", "GET", *more)
    passes("any request about what there is", address + "/openapi.json", 60, "--checks", CHECKS, *more, config=written(folder, "pinned.toml", PINNED))
    schemas = []
    for path in EVENTS:
        with urllib.request.urlopen(address + path) as reply:
            schemas.append(json.load(reply))
    passes("events by their generated schemas", written(folder, "events.json", of_events(contract, schemas)), 300, "--checks", CHECKS, *more)
    with urllib.request.urlopen(address + "/metrics") as reply:
        counts = dict(re.findall(r'docket_events_total\{outcome="(\w+)"\} (\d+)', reply.read().decode()))
    print("  outcomes: " + ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count != "0"))
    if counts["accepted"] == "0" or counts["rejected"] == "0":
        print("no event was accepted, or none rejected: the generated events are no test")
        good = False
    good = what_there_is(address, contract) and good

    # What must be found: an answer that the contract doesn't have, a member that it doesn't name.
    kind = "/v1/kinds/{kind}"
    less = {**contract, "paths": {kind: json.loads(json.dumps(contract["paths"][kind]))}}
    del less["paths"][kind]["get"]["responses"]["404"]
    print("a planted answer that the contract does not have")
    ok, told = schemathesis(folder, address, written(folder, "less.json", less), 60, "--checks", CHECKS)
    if ok or "Undocumented status code" not in told:
        print(f"it was not found:\n{told}")
        good = False
    less = json.loads(json.dumps(contract))
    del less["components"]["schemas"]["CaseRow"]["properties"]["light"]
    if what_there_is(address, less, say=False):
        print("a planted member that the contract does not name was not found")
        good = False
    return good


def main():
    docket, source, *more = sys.argv[1:]
    python = os.path.join(source, "build/faces/bin/python")
    if not os.path.exists(python):
        print("SKIPPED: no schemathesis here; ./dev test fetches it")
        return 1 if os.environ.get("CI") == "true" else 77
    if not os.path.samefile(sys.prefix, os.path.join(source, "build/faces")):
        os.execv(python, [python, "-B", *sys.argv])
    with tempfile.TemporaryDirectory() as folder:
        data = os.path.join(folder, "data")
        fill(docket, source, data)
        server = subprocess.Popen([docket, "serve", "--data", data, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True)
        try:
            address = re.search(r"http://\S+", server.stdout.readline()).group()
            good = judged(folder, address, more)
        finally:
            server.send_signal(signal.SIGTERM)
            stopped = server.wait(timeout=60)
        if stopped != 0:
            print(f"the server ended with exit code {stopped}")
            return 1
        return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
