"""What comes from the browser is checked before anything is done with it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.errors import InvalidValue
from coding.widget.messages import LIMITS, Request, read_request

UID = "01890000-0000-7000-8000-000000000001"
DIGEST = "0" * 64


def message(action, **fields):
    op = {"id": UID, "document": UID, "version": 1, "coder": UID, "session": "s", "action": action, **fields}
    return {"v": 1, "kind": "op", "op": op}


def test_a_good_op_keeps_only_the_fields_it_needs():
    action = {"kind": "code", "code": UID, "start": 1, "end": 3, "hash": DIGEST, "extra": "<script>"}
    read = read_request(message(action)).op
    assert read is not None
    assert read.action == {"kind": "code", "code": UID, "start": 1, "end": 3, "hash": DIGEST}


def test_a_pending_coding_may_be_named_by_its_op():
    read = read_request(message({"kind": "remove", "coding": f"op:{UID}"})).op
    assert read is not None
    assert read.action["coding"] == f"op:{UID}"


@pytest.mark.parametrize(
    ("action", "says"),
    [
        ({"kind": "drop_tables"}, "does not know"),
        ({"kind": "code", "code": "x' OR 1=1", "start": 1, "end": 3, "hash": DIGEST}, "names no code"),
        ({"kind": "code", "code": UID, "start": -1, "end": 3, "hash": DIGEST}, "no usable start"),
        ({"kind": "code", "code": UID, "start": True, "end": 3, "hash": DIGEST}, "no usable start"),
        ({"kind": "code", "code": UID, "start": 1, "end": 2**40, "hash": DIGEST}, "no usable end"),
        ({"kind": "code", "code": UID, "start": 1, "end": 3, "hash": "short"}, "fingerprint"),
        ({"kind": "create", "name": "  ", "parent": None}, "needs a name"),
        ({"kind": "create", "name": "x" * 301, "parent": None}, "at most 300"),
        ({"kind": "create", "name": "a\x00b", "parent": None}, "control characters"),
        ({"kind": "create", "name": "\ud800", "parent": None}, "half a character"),
        ({"kind": "memo", "about": UID, "body": "x" * (LIMITS["body"] + 1), "memo": None}, "at most 20,000"),
        ({"kind": "edit", "code": UID, "fields": {"uid": UID}}, "edited by"),
        ({"kind": "edit", "code": UID, "fields": {"hue": 400}}, "hue"),
        ({"kind": "finish", "finished": "yes"}, "finished"),
    ],
)
def test_a_bad_op_is_refused_with_a_sentence(action, says):
    with pytest.raises(InvalidValue, match=says):
        read_request(message(action))


@pytest.mark.parametrize("content", [None, [], "hello", {}, {"v": 2, "kind": "hello"}])
def test_another_version_is_told_to_reload(content):
    with pytest.raises(InvalidValue, match="Reload the page"):
        read_request(content)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
_kinds = st.sampled_from(["hello", "open", "op", "search", "ping", "x"])


@settings(max_examples=200, deadline=None)
@given(_json, _kinds, _json)
def test_nothing_else_than_a_request_or_a_refusal_comes_out(payload, kind, other):
    content = {"v": 1, "kind": kind, "op": payload, "document": other, "query": other, "goto": payload}
    try:
        assert isinstance(read_request(content), Request)
    except InvalidValue as error:
        assert str(error)  # noqa: PT017  either outcome is right; a refusal must say something
