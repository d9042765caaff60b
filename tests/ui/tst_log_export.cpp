#include "logfixture.h"

#include <QDir>
#include <QFileDialog>
#include <QLocale>
#include <QMessageBox>
#include <QPointer>
#include <QPushButton>
#include <QTemporaryDir>

using namespace turnspit;
using namespace std::chrono_literals;

class TestLogExport : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<test::LogFixture> m_log;
    std::unique_ptr<QTemporaryDir> m_dir;

    QString path(const char* name) { return m_dir->filePath(QLatin1StringView(name)); }

    static QByteArray read(const QString& path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(no file)");
    }

    QString message() { return m_log->part<QLabel>("logMessage").text(); }

    /// The writing thread is a real one: wait for what the pane says.
    bool isSaid(const QString& words)
    {
        return QTest::qWaitFor([&] {
            m_log->clock.advance(1ms);
            return message().contains(words);
        });
    }

private Q_SLOTS:
    void init()
    {
        m_log = std::make_unique<test::LogFixture>();
        m_dir = std::make_unique<QTemporaryDir>();
    }
    void cleanup() { m_log.reset(); }

    void everythingIsWrittenOnceAndInOrder()
    {
        m_log->open(50'000);
        m_log->pane->exportTo(path("all.txt"), LogPane::Lines::All, LogExport::Format::Plain);
        QVERIFY(isSaid(QLocale().toString(50'000) + QStringLiteral(" lines written")));
        QByteArray expected;
        for (quint64 n = 0; n < 50'000; ++n)
            expected += m_log->lineText(n) + '\n';
        QCOMPARE(read(path("all.txt")), expected);
    }

    void aLogFileHasTimesStreamsAndTheBytesAsTheyAre()
    {
        m_log->open(0);
        m_log->clock.advance(1s);
        m_log->session->say(m_log->service, "\x1b[31mred\x1b[0m", 'e');
        m_log->session->say(m_log->service, "one ", 'o', true);
        m_log->session->say(m_log->service, "line", 'o');
        m_log->run();
        m_log->pane->exportTo(path("a.log"), LogPane::Lines::All, LogExport::Format::WithTimes);
        QVERIFY(isSaid(QStringLiteral("2 lines written")));
        static const QRegularExpression lines(
            QStringLiteral("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z e \\| \x1b\\[31mred\x1b\\[0m\n[-\\dT:.]+Z o \\| one line\n$"));
        QVERIFY2(lines.match(QString::fromUtf8(read(path("a.log")))).hasMatch(), read(path("a.log")).constData());
        m_log->pane->exportTo(path("a.txt"), LogPane::Lines::All, LogExport::Format::Plain);
        QVERIFY(isSaid(QStringLiteral("a.txt")));
        QCOMPARE(read(path("a.txt")), QByteArray("red\none line\n"));
    }

    void whatIsShownOrSelectedIsWritten()
    {
        m_log->open(10'000);
        m_log->part<QLineEdit>("logFilter").setText(QStringLiteral("77"));
        m_log->run(20);
        QByteArray expected;
        QList<quint64> lines;
        for (quint64 n = 0; n < 10'000; ++n) {
            if (QByteArray::number(n).contains("77")) {
                expected += m_log->lineText(n) + '\n';
                lines.append(n);
            }
        }
        QCOMPARE(m_log->lines(), lines);
        m_log->pane->exportTo(path("shown.txt"), LogPane::Lines::Shown, LogExport::Format::Plain);
        QVERIFY(isSaid(QStringLiteral("shown.txt")));
        QCOMPARE(read(path("shown.txt")), expected);

        m_log->view().select(lines.at(3), lines.at(5));
        m_log->pane->exportTo(path("selected.txt"), LogPane::Lines::Selected, LogExport::Format::Plain);
        QVERIFY(isSaid(QStringLiteral("selected.txt")));
        QCOMPARE(read(path("selected.txt")),
                 m_log->lineText(lines.at(3)) + '\n' + m_log->lineText(lines.at(4)) + '\n' + m_log->lineText(lines.at(5)) + '\n');
    }

    void aFileThatCannotBeWrittenIsSaidAndTheOldOneStays()
    {
        m_log->open(10);
        m_log->pane->exportTo(path("no/such/folder.txt"), LogPane::Lines::All, LogExport::Format::Plain);
        QVERIFY(isSaid(QStringLiteral("could not be written")));

        QFile old(path("old.txt"));
        QVERIFY(old.open(QIODevice::WriteOnly) && old.write("before") == 6);
        old.close();
        m_log->session->failNext(QStringLiteral("readLog"), {ErrorKind::Failed, "the disk is on fire"});
        m_log->pane->exportTo(path("old.txt"), LogPane::Lines::All, LogExport::Format::Plain);
        QVERIFY(isSaid(QStringLiteral("on fire")));
        QCOMPARE(read(path("old.txt")), QByteArray("before"));
    }

    void itIsGivenUpWithThePane()
    {
        m_log->open(100'000);
        m_log->pane->exportTo(path("half.txt"), LogPane::Lines::All, LogExport::Format::Plain);
        m_log->settle();
        m_log->pane.reset();
        m_log->settle();
        QVERIFY(!QFile::exists(path("half.txt")));
        QCOMPARE(QDir(m_dir->path()).entryList(QDir::Files), QStringList());
    }

    void theFileIsAskedFor()
    {
        m_log->open(10);
        m_log->pane->exportLines(LogPane::Lines::All);
        auto& dialog = m_log->part<QFileDialog>("logExportDialog");
        QCOMPARE(dialog.acceptMode(), QFileDialog::AcceptSave);
        Q_EMIT dialog.fileSelected(path("chosen.txt"));
        QVERIFY(isSaid(QStringLiteral("chosen.txt")));
        QVERIFY(read(path("chosen.txt")).startsWith("line 0\n"));
        dialog.close();
    }

    void aFileThatIsThereIsReplacedOnlyByWhoSaysSo()
    {
        m_log->open(10);
        QFile old(path("old.txt"));
        QVERIFY(old.open(QIODevice::WriteOnly) && old.write("before") == 6);
        old.close();
        m_log->pane->exportLines(LogPane::Lines::All);
        auto& dialog = m_log->part<QFileDialog>("logExportDialog");
        const auto save = [&]() -> QMessageBox* {
            dialog.findChild<QLineEdit*>(QStringLiteral("fileNameEdit"))->setText(path("old.txt"));
            static_cast<QDialog&>(dialog).accept(); // comes back at once, whatever is asked then
            QMessageBox* box = nullptr;
            const bool asked = QTest::qWaitFor([&] {
                m_log->settle(1ms);
                box = dialog.findChild<QMessageBox*>(QStringLiteral("replaceDialog"));
                return box != nullptr;
            });
            return asked ? box : nullptr;
        };
        QPointer<QMessageBox> box = save();
        QVERIFY(box);
        QCOMPARE(box->defaultButton()->objectName(), QStringLiteral("keepButton"));
        QTest::keyClick(box, Qt::Key_Return); // N21
        m_log->settle(1ms);
        QVERIFY(dialog.isVisible());
        QCOMPARE(read(path("old.txt")), QByteArray("before"));
        QTRY_VERIFY(!box);

        box = save();
        QVERIFY(box);
        box->findChild<QPushButton*>(QStringLiteral("replaceButton"))->click();
        QVERIFY(isSaid(QStringLiteral("old.txt")));
        QVERIFY(read(path("old.txt")).startsWith("line 0\n"));
    }
};

QTEST_MAIN(TestLogExport)
#include "tst_log_export.moc"
