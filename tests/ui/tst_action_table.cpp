#include <ui/services/actiontable.h>

#include <QTest>

using namespace turnspit;

namespace {

ServiceInfo service(ServiceKind kind, ServiceState state)
{
    ServiceInfo info;
    info.name = QStringLiteral("backup");
    info.kind = kind;
    info.state = state;
    return info;
}

struct Row
{
    ServiceState state;
    const char* allowed; ///< in the order Start, Run now, Stop, Kill, Restart, Hold: `x` allowed, `.` not
};

} // namespace

class TestActionTable : public QObject
{
    Q_OBJECT
private:
    static QByteArray rowOf(const ServiceInfo& info)
    {
        QByteArray row;
        for (const auto command : {ServiceCommand::Start, ServiceCommand::RunNow, ServiceCommand::Stop, ServiceCommand::Kill,
                                   ServiceCommand::Restart, ServiceCommand::Hold}) {
            const Permission answer = permission(command, info);
            row += answer ? 'x' : '.';
            if (answer.allowed != answer.why.isEmpty())
                return "an answer without a reason, or a reason without need: " + answer.why.toUtf8();
        }
        return row;
    }

private Q_SLOTS:
    void eachStateAllowsOfAScheduledServiceWhatTheTableSays_data()
    {
        QTest::addColumn<int>("state");
        QTest::addColumn<QByteArray>("allowed");
        const Row rows[] = {
            {ServiceState::Stopped, "xx..xx"},  {ServiceState::Starting, "..xxxx"},   {ServiceState::Running, ".xxxxx"},
            {ServiceState::Waiting, ".xx.xx"},  {ServiceState::BackingOff, "xxx.xx"}, {ServiceState::Stopping, "...xxx"},
            {ServiceState::Failed, "xx..xx"},   {ServiceState::Completed, "xx..xx"},  {ServiceState::Disabled, "xx...x"},
            {ServiceState::Invalid, "......"},
        };
        for (const Row& row : rows)
            QTest::addRow("%s", std::string(toString(row.state)).c_str()) << static_cast<int>(row.state) << QByteArray(row.allowed);
    }

    void eachStateAllowsOfAScheduledServiceWhatTheTableSays()
    {
        QFETCH(int, state);
        QFETCH(QByteArray, allowed);
        QCOMPARE(rowOf(service(ServiceKind::Scheduled, static_cast<ServiceState>(state))), allowed);
    }

    void whatCanBeDoneWithItsFileDependsOnlyOnThereBeingAGoodOne()
    {
        const auto rowOfFile = [](const ServiceInfo& info) {
            QByteArray row;
            for (const auto command : {FileCommand::Edit, FileCommand::Duplicate, FileCommand::Remove}) {
                const Permission answer = permission(command, info);
                row += !answer ? '.' : answer.note.isEmpty() ? 'x' : '*';
                if (answer.allowed != answer.why.isEmpty() || (!answer && !answer.note.isEmpty()))
                    return "an answer without a reason, or a reason without need: " + answer.why.toUtf8();
            }
            return row;
        };
        // `*`: allowed, and something more is said.
        const Row rows[] = {
            {ServiceState::Stopped, "xxx"},   {ServiceState::Starting, "*x*"}, {ServiceState::Running, "*x*"},  {ServiceState::Waiting, "xxx"},
            {ServiceState::BackingOff, "xxx"}, {ServiceState::Stopping, "*x*"}, {ServiceState::Failed, "xxx"},   {ServiceState::Completed, "xxx"},
            {ServiceState::Disabled, "xxx"},  {ServiceState::Invalid, "x.x"},
        };
        for (const Row& row : rows) {
            for (const ServiceKind kind : {ServiceKind::Kept, ServiceKind::Scheduled, ServiceKind::Manual})
                QCOMPARE(rowOfFile(service(kind, row.state)), QByteArray(row.allowed));
            for (const ServiceKind kind : {ServiceKind::BuiltIn, ServiceKind::Queue})
                QCOMPARE(rowOfFile(service(kind, row.state)), QByteArray("..."));
        }
    }

    void aKeptServiceHasNoSingleRunsAndNothingToHold()
    {
        for (int state = 0; state < 9; ++state) {
            const ServiceInfo info = service(ServiceKind::Kept, static_cast<ServiceState>(state));
            QVERIFY(!permission(ServiceCommand::RunNow, info));
            QVERIFY(permission(ServiceCommand::RunNow, info).why.contains(info.name));
            QVERIFY(!permission(ServiceCommand::Hold, info));
        }
    }

    void aManualServiceRunsNowButHasNoScheduleToHold()
    {
        const ServiceInfo info = service(ServiceKind::Manual, ServiceState::Stopped);
        QVERIFY(permission(ServiceCommand::RunNow, info));
        QVERIFY(!permission(ServiceCommand::Hold, info));
    }

    void aBuiltInServiceThatTicksIsLikeAScheduledOne()
    {
        ServiceInfo info = service(ServiceKind::BuiltIn, ServiceState::Waiting);
        QVERIFY(permission(ServiceCommand::RunNow, info));
        QVERIFY(permission(ServiceCommand::Hold, info));
        info.state = ServiceState::Running;
        QVERIFY(!permission(ServiceCommand::RunNow, info));
        info.flags = {QStringLiteral("held")};
        QVERIFY(permission(ServiceCommand::Hold, info));
    }
};

QTEST_GUILESS_MAIN(TestActionTable)
#include "tst_action_table.moc"
