#include "enginecontracthost.h"

#include <QMetaMethod>
#include <QTest>

using namespace turnspit;

namespace {

/// EngineSession itself, on the host's own thread: that of the test.
class EngineOnly final : public EngineContractHost
{
public:
    EngineOnly() : EngineContractHost(Inline)
    {
        m_options.servers.push_back([this](HostSession& session, const std::function<void(int)>&) -> Result<std::unique_ptr<SessionServer>> {
            m_session = &session;
            return std::make_unique<Server>();
        });
        startHost();
    }
    ~EngineOnly() override { endHost(); }
    HostSession& session() override { return *m_session; }
    void destroySession() override { qFatal("it belongs to the engine"); }

private:
    class Server final : public SessionServer
    {
        Task<> finish() override { co_return; }
    };
    HostSession* m_session = nullptr;
};

} // namespace

int main(int argc, char* argv[])
{
    const QCoreApplication application(argc, argv);
    SessionContract suite([] { return std::make_unique<EngineOnly>(); });
    // Its servers let go of their calls before the session goes; nobody else may have any.
    QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() == 1) {
        const QMetaObject& meta = *suite.metaObject();
        for (int i = meta.methodOffset(); i < meta.methodCount(); ++i) {
            const QString name = QString::fromLatin1(meta.method(i).name());
            if (name != QLatin1StringView("init") && name != QLatin1StringView("cleanup") &&
                name != QLatin1StringView("pendingCallsAreCancelledWhenTheSessionIsDestroyed"))
                arguments.append(name);
        }
    }
    return QTest::qExec(&suite, arguments);
}
