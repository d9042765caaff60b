#include "sessioncontract.h"
#include "sorting.h"

#include <support/fakesession.h>
#include <ui/session/shownsession.h>

#include <QTest>

using namespace turnspit;

namespace {

/// What stands for a session keeps the contract as well.
class ShownContractHost final : public ContractHost
{
public:
    HostSession& session() override { return *m_shown; }
    void destroySession() override { m_shown.reset(); }
    QString talkerCommand() override { return QStringLiteral("[\"talker\"]"); }
    void talk(const QString& name, const QByteArray& line) override { m_fake.say(name, line); }
    void emptyFile(const QString& name) override { m_fake.breakText(name, {}); }
    void provideQueue(const QString& name) override { sorting::add(m_fake, name); }

private:
    FakeSession m_fake;
    std::unique_ptr<ShownSession> m_shown = std::make_unique<ShownSession>(m_fake);
};

} // namespace

int main(int argc, char* argv[])
{
    const QCoreApplication application(argc, argv);
    SessionContract suite([] { return std::make_unique<ShownContractHost>(); });
    return QTest::qExec(&suite, argc, argv);
}
