#pragma once

#include <ui/palette/serviceverb.h>

#include <QPointer>

class QAction;

namespace turnspit {

/// One thing that the palette offers. Either a verb with a service or an action of the window.
struct PaletteHit
{
    QString text;        ///< "Restart mailer"
    QString keys;        ///< "Ctrl+R"; "" for none
    QString why;         ///< "" where it can be done now
    QString commandLine; ///< "" where no command does it
    int verb = -1;
    QString service;
    QPointer<QAction> action;
};

/// Finds what was typed among verbs times services and the window's actions. All words must fit, in any order, each the verb or the
/// service. The best first; among equals what can be done, then the current service, then the order of verbs and names.
class PaletteSearch
{
public:
    static constexpr qsizetype most = 100;

    void setVerbs(QList<ServiceVerb> verbs);
    /// `current`: the selected service, "" for none. `live`: the host can be asked.
    void setServices(QList<ServiceInfo> services, const QString& current, bool live);
    void setActions(const QList<QAction*>& actions);

    /// At most `most`. Nothing typed: the current service's verbs, then the window's actions.
    [[nodiscard]] QList<PaletteHit> find(const QString& typed) const;

    [[nodiscard]] const QList<ServiceVerb>& verbs() const { return m_verbs; }

private:
    struct Found
    {
        int score = 0;
        qsizetype service = -1; ///< -1: an action
        qsizetype index = 0;    ///< of the verb or action
    };
    [[nodiscard]] QList<Found> candidates(const QStringList& words) const;
    [[nodiscard]] PaletteHit hit(const Found& found) const;

    QList<ServiceVerb> m_verbs;
    QStringList m_verbTexts; ///< in lower case, as the next two
    QList<ServiceInfo> m_services;
    QStringList m_names;
    QList<QPointer<QAction>> m_actions;
    QStringList m_actionTexts;
    qsizetype m_current = -1;
    bool m_live = false;
};

/// "&Add service…" as it is read: "Add service…"; with the menu before it where that is in a menu itself: "Try an example: Flaky".
[[nodiscard]] QString plainText(const QAction& action);

} // namespace turnspit
