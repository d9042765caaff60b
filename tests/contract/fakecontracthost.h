#pragma once

#include "sessioncontract.h"
#include "sorting.h"

#include <support/fakesession.h>

namespace turnspit {

/// FakeSession itself under the suite. Destroying the session destroys the host: they are one.
class FakeContractHost final : public ContractHost
{
public:
    HostSession& session() override { return *m_fake; }
    void destroySession() override { m_fake.reset(); }
    QString talkerCommand() override { return QStringLiteral("[\"talker\"]"); }
    void talk(const QString& name, const QByteArray& line) override { m_fake->say(name, line); }
    void emptyFile(const QString& name) override { m_fake->breakText(name, {}); }
    void provideQueue(const QString& name) override { sorting::add(*m_fake, name); }

private:
    std::unique_ptr<FakeSession> m_fake = std::make_unique<FakeSession>();
};

} // namespace turnspit
