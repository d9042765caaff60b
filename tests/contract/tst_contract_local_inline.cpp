#include "localcontracthost.h"

#include <QTest>

int main(int argc, char* argv[])
{
    using namespace turnspit;
    const QCoreApplication application(argc, argv);
    SessionContract suite([] { return std::make_unique<LocalContractHost>(EngineContractHost::Inline); });
    return QTest::qExec(&suite, argc, argv);
}
