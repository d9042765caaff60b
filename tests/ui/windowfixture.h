#pragma once

#include "hostfixture.h"

#include <ui/services/servicemodel.h>
#include <ui/window/mainwindow.h>
#include <ui/window/whybar.h>

#include <QAction>
#include <QJsonArray>
#include <QTreeView>

namespace turnspit {

/// A window over a fake host.
class WindowFixture : public HostFixture
{
public:
    using HostFixture::part;

    void open()
    {
        window = std::make_unique<MainWindow>(*session, options);
        if (size.isValid())
            window->resize(size);
        window->show();
        QVERIFY(QTest::qWaitForWindowExposed(window.get()));
        settle();
    }

    template <class T>
    T& part(const char* name)
    {
        return part<T>(*window, name);
    }
    QTreeView& list() { return part<QTreeView>("serviceView"); }
    QAction& action(const char* name) { return part<QAction>(name); }
    QString why() { return part<WhyBar>("whyBar").text(); }

    QModelIndex indexOf(const char* name)
    {
        const auto found = list().model()->match(list().model()->index(0, 0), ServiceModel::NameRole, QString::fromLatin1(name), 1,
                                                 Qt::MatchExactly | Qt::MatchRecursive);
        return found.value(0);
    }
    void select(const char* name)
    {
        QVERIFY(indexOf(name).isValid());
        list().setCurrentIndex(indexOf(name));
        settle();
    }
    QString shownState(const char* name)
    {
        const QModelIndex index = indexOf(name);
        return index.isValid() ? index.data().toString() : QStringLiteral("not shown");
    }

    /// Services as shown from above; a group as `group:`.
    QStringList shown(const QModelIndex& parent = {})
    {
        QStringList names;
        for (int row = 0; row < list().model()->rowCount(parent); ++row) {
            const QModelIndex index = list().model()->index(row, 0, parent);
            const QString name = index.data(ServiceModel::NameRole).toString();
            names += name.isEmpty() ? index.data(ServiceModel::GroupRole).toString() + u':' : name;
            if (name.isEmpty() && list().isExpanded(index))
                names += shown(index);
        }
        return names;
    }

    /// The calls of `act`, as "stop a b".
    QStringList acts()
    {
        QStringList lines;
        for (const FakeSession::Call& call : session->calls()) {
            if (call.name != u"act")
                continue;
            QStringList line{call.params.value(u"action").toString()};
            for (const QJsonValue& name : call.params.value(u"names").toArray())
                line += name.toString();
            lines += line.join(u' ');
        }
        return lines;
    }

    MainWindow::Options options;
    QSize size{1060, 720}; ///< whatever the screen; invalid: as the window wants it
    std::unique_ptr<MainWindow> window;
};

[[nodiscard]] inline QStringList listOf(const char* text)
{
    return QString::fromLatin1(text).split(u' ', Qt::SkipEmptyParts);
}

} // namespace turnspit
