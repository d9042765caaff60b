#include "fakecontracthost.h"

#include <QTest>

int main(int argc, char* argv[])
{
    const QCoreApplication application(argc, argv);
    turnspit::SessionContract suite([] { return std::make_unique<turnspit::FakeContractHost>(); });
    return QTest::qExec(&suite, argc, argv);
}
