from types import SimpleNamespace

from pulumi.runtime.proto import engine_pb2

from bim360_provider.testing.engine.plugin.child import DebugFilter


def test_debug_messages_are_not_sent_to_the_engine() -> None:
    """The engine ignores them, and the program would wait for each."""
    received: list[str] = []
    service = SimpleNamespace(
        Log=lambda request: received.append(request.message), GetRootResource=lambda _: "root"
    )
    engine = DebugFilter(service)

    for severity in (engine_pb2.DEBUG, engine_pb2.INFO, engine_pb2.WARNING, engine_pb2.ERROR):
        engine.Log(engine_pb2.LogRequest(severity=severity, message=str(severity)))

    assert received == ["1", "2", "3"]
    assert engine.GetRootResource(None) == "root"
